//! Files that tests compare with, and that they write when they are told to.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

/// The permission of a test to write down what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blessing {
    /// Allowed by `ES_BLESS=1`.
    Given,
    /// Not allowed: the test compares, and writes nothing.
    Withheld,
}

impl Blessing {
    /// Given if the environment variable `ES_BLESS` is `1`, there and on a build server alike.
    #[must_use]
    pub fn of_this_run() -> Self {
        if env::var_os("ES_BLESS").is_some_and(|value| value == "1") {
            Self::Given
        } else {
            Self::Withheld
        }
    }
}

/// The text of a file, if the file is there.
pub(crate) fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a file as a whole or not at all: whoever reads it meanwhile sees the old one or the new one.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let beside = beside(path);
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let put = written.and_then(|()| fs::rename(&beside, path));
    if put.is_err() {
        // What is left of it is of no use; why it failed is said by the first error.
        let _ = fs::remove_file(&beside);
    }
    put
}

/// A name in the same directory that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nth = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}-{nth}.new", process::id()));
    path.with_file_name(name)
}

/// Says what was written, also where the harness keeps what a test prints to itself.
pub(crate) fn announce(text: &str) {
    // Nobody is there to hear it if standard error is closed.
    let _ = writeln!(io::stderr(), "{text}");
}
