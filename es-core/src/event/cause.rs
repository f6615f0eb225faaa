//! The error with which the code of an event type refuses to read an old event.

use std::error::Error;
use std::fmt;

/// An error of any type, as small as a pointer. It is part of the result of every decoding, and
/// must not slow down those that succeed.
///
/// Prints as the wrapped error, which [`as_error`](Self::as_error) returns.
pub struct Cause(Box<Box<dyn Error + Send + Sync>>);

impl Cause {
    /// Wraps the error `cause`.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new(cause.into()))
    }

    /// The wrapped error, for downcasting.
    #[must_use]
    pub fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &**self.0
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
