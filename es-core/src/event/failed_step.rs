//! Failed upcasting steps, from one version of an event to the next.

use std::error::Error;
use std::fmt;

use crate::event::cause::Cause;
use crate::event::definition::SchemaVersion;

/// An upcasting step that failed, with its error. As small as a pointer, as [`Cause`] is, and for
/// the same reason.
///
/// Prints as the error.
#[derive(Debug)]
pub struct FailedStep(Box<(SchemaVersion, Cause)>);

impl FailedStep {
    /// The step up to the version `to` failed because of `cause`.
    pub fn new(to: SchemaVersion, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new((to, Cause::new(cause))))
    }

    /// The version that could not be reached; the one before it could.
    #[must_use]
    pub const fn to(&self) -> SchemaVersion {
        self.0.0
    }

    /// The error of the step.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.0.1
    }
}

impl fmt::Display for FailedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause().fmt(f)
    }
}

impl Error for FailedStep {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause().source()
    }
}
