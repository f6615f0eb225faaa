//! Why an old event says nothing, in the words of whoever wrote its type.

use std::error::Error;
use std::fmt;

/// An error of any type, as small as a pointer: it is part of what every reading of an event
/// returns, and must not make the readings that succeed slower.
///
/// Prints as the error that it is; [`as_error`](Self::as_error) gives that back.
pub struct Cause(Box<Box<dyn Error + Send + Sync>>);

impl Cause {
    /// The error `cause`.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new(cause.into()))
    }

    /// The error itself, to be downcast.
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
