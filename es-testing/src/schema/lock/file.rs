//! The lock where it lies: compared, and written when that is blessed.

use std::fmt;
use std::io;
use std::path::Path;

use es_core::EventHistory;

use super::check::{Verdict, check};
use super::parse::InvalidLock;
use super::released::Released;
use crate::schema::blessing::{self, Blessing};

/// The name of the file.
pub(crate) const FILE: &str = "events.lock";

/// The reason that a lock does not hold.
#[derive(Debug)]
#[non_exhaustive]
pub enum LockError {
    /// There is no lock yet.
    Missing {
        /// The comparison that says what the lock would hold.
        verdict: Verdict,
    },
    /// The file cannot be read as a lock.
    Invalid(InvalidLock),
    /// Something that was released has changed. No blessing writes that.
    Breach(Verdict),
    /// The code has what the lock has not.
    New(Verdict),
    /// The file cannot be read or written.
    File(io::Error),
}

impl std::error::Error for LockError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Invalid(error) => Some(error),
            Self::File(error) => Some(error),
            Self::Missing { .. } | Self::Breach(_) | Self::New(_) => None,
        }
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { verdict } => write!(
                f,
                "there is no {FILE} yet\n{verdict}\n\
                 \x20 write it with ES_BLESS=1, and commit it: from then on what it holds is released"
            ),
            Self::Invalid(_) => write!(f, "{FILE} cannot be read"),
            Self::Breach(verdict) => write!(
                f,
                "what is released has changed, and nothing was written to {FILE}\n{verdict}\n\
                 \x20 ES_BLESS=1 writes only what is new. If a version has never left this machine, \
                 take its lines out of {FILE} by hand."
            ),
            Self::New(verdict) => write!(
                f,
                "{FILE} does not have all that would be released\n{verdict}\n\
                 \x20 write it with ES_BLESS=1, and commit it"
            ),
            Self::File(_) => write!(f, "{FILE} cannot be read or written"),
        }
    }
}

/// The lock in `directory`, if there is one.
pub fn read(directory: &Path) -> Result<Option<Released>, LockError> {
    let text = blessing::read(&directory.join(FILE)).map_err(LockError::File)?;
    text.map(|text| text.parse().map_err(LockError::Invalid)).transpose()
}

/// Compares the lock in `directory` with the events that the code has, and adds what is new if that
/// is blessed.
///
/// Answers with what was written. The file changes as a whole or not at all, and not where something
/// that was released has changed.
pub fn hold(
    directory: &Path,
    present: &[EventHistory],
    blessing: Blessing,
) -> Result<Verdict, LockError> {
    let lock = read(directory)?;
    let is_missing = lock.is_none();
    let mut released = lock.unwrap_or_default();
    let verdict = check(&released, present);
    if verdict.is_breach() {
        return Err(LockError::Breach(verdict));
    }
    if !verdict.is_new() && !is_missing {
        return Ok(verdict);
    }
    if blessing == Blessing::Withheld {
        return Err(if is_missing {
            LockError::Missing { verdict }
        } else {
            LockError::New(verdict)
        });
    }
    released.add(present);
    blessing::write(&directory.join(FILE), &released.to_string()).map_err(LockError::File)?;
    Ok(verdict)
}

/// Checks the lock; [`events_lock!`](crate::events_lock!) calls it.
///
/// # Panics
///
/// With a report, if the lock does not hold.
#[doc(hidden)]
#[track_caller]
pub fn expect_held(directory: &str, present: &[EventHistory]) {
    match hold(Path::new(directory), present, Blessing::of_this_run()) {
        Ok(verdict) if verdict.is_new() => {
            blessing::announce(&format!("written to {FILE}\n{verdict}"));
        }
        Ok(_) => {}
        Err(error) => panic!("{}", with_causes(&error)),
    }
}

/// An error and what is behind it, a line each.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str("\n  ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
