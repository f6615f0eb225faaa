//! Report on golden payloads that do not hold.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use es_core::{DecodeError, EncodeError, InvalidPayload, SchemaVersion};

use crate::schema::lock::{LockError, with_causes};

/// The reason that golden payloads do not hold.
#[derive(Debug)]
#[non_exhaustive]
pub enum GoldenError {
    /// Some cannot be read, are read as something else than before, or are missing and cannot be made.
    Broken(Vec<Finding>),
    /// Files are missing that a blessing would write.
    New(Vec<PathBuf>),
    /// The lock beside them cannot be read.
    Lock(LockError),
    /// A file cannot be read or written.
    File(io::Error),
}

/// A version whose golden payload does not hold.
#[derive(Debug)]
pub struct Finding {
    pub(super) event: String,
    pub(super) version: SchemaVersion,
    pub(super) path: PathBuf,
    pub(super) what: What,
}

/// The problem with a payload.
#[derive(Debug)]
pub(super) enum What {
    /// The payload is missing, and the version is still written: a sample would do.
    NoSample,
    /// The payload is missing, and the version is not written any more.
    NoPayload,
    NoJson(InvalidPayload),
    Unreadable(DecodeError),
    Unwritable(EncodeError),
    InvalidExpected(String),
    ExpectedUnreadable(DecodeError),
    Another {
        expected: Vec<String>,
        read: Vec<String>,
    },
}

impl Error for GoldenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Lock(error) => Some(error),
            Self::File(error) => Some(error),
            Self::Broken(_) | Self::New(_) => None,
        }
    }
}

impl fmt::Display for GoldenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(findings) => {
                f.write_str("golden payloads do not hold, and nothing was written\n")?;
                findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
            }
            Self::New(paths) => {
                f.write_str("golden payloads are not there yet\n\n")?;
                paths.iter().try_for_each(|path| writeln!(f, "  {}", path.display()))?;
                f.write_str(
                    "\n  write them with ES_BLESS=1, and commit them: they are read for ever",
                )
            }
            Self::Lock(_) => f.write_str("which versions are released cannot be known"),
            Self::File(_) => f.write_str("a golden payload cannot be read or written"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, version, path, what } = self;
        writeln!(f, "  `{event}` version {version}      {}", path.display())?;
        let stays =
            "what was stored is stored still: bring back what read it so, and leave the file";
        match what {
            What::NoSample => {
                writeln!(f, "    has no golden payload")?;
                writeln!(f, "    write: one more sample in golden!(…), then ES_BLESS=1")
            }
            What::NoPayload => {
                writeln!(f, "    is released, is not written any more, and has no golden payload")?;
                writeln!(
                    f,
                    "    write: a payload as it is in the store, into that file, then ES_BLESS=1 for what \
                     it is read as"
                )
            }
            What::NoJson(error) => {
                writeln!(f, "    {}", indented(error))?;
                writeln!(f, "    write: the file as it was committed first")
            }
            What::Unreadable(error) => {
                writeln!(f, "    {}", indented(error))?;
                writeln!(f, "    write: {stays}")
            }
            What::Unwritable(error) => {
                writeln!(f, "    {}", indented(error))?;
                writeln!(f, "    write: a sample that can be stored")
            }
            What::InvalidExpected(problem) => {
                writeln!(f, "    the readings beside it are damaged: {problem}")?;
                writeln!(f, "    write: that file as it was committed")
            }
            What::ExpectedUnreadable(error) => {
                writeln!(f, "    what it was read as before cannot be read any more")?;
                writeln!(f, "    {}", indented(error))?;
                writeln!(f, "    write: {stays}")
            }
            What::Another { expected, read } => {
                writeln!(f, "    is read as something else than before")?;
                sides(f, "before", expected, read)?;
                writeln!(f, "    write: {stays}")
            }
        }
    }
}

fn sides(f: &mut fmt::Formatter<'_>, label: &str, one: &[String], read: &[String]) -> fmt::Result {
    let listed = |events: &[String]| match events {
        [] => "nothing".to_owned(),
        events => events.join(", "),
    };
    writeln!(f, "    - {label:<6}  {}", listed(one))?;
    writeln!(f, "    + now     {}", listed(read))
}

fn indented(error: &dyn Error) -> String {
    with_causes(error).replace('\n', "\n    ")
}
