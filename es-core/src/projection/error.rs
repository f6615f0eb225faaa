//! Why a handler failed.

use std::error::Error;
use std::fmt;

/// What a handler of a projection, a reaction or a subscription fails with: any error, so that `?`
/// works in it.
///
/// ```
/// use es_core::ProjectError;
///
/// fn cents(text: &str) -> Result<i64, ProjectError> {
///     if text.is_empty() {
///         return Err(ProjectError::new("the amount is empty"));
///     }
///     Ok(text.parse()?)
/// }
/// assert_eq!(cents("").unwrap_err().to_string(), "the amount is empty");
/// ```
///
/// It is no [`Error`] itself, or `?` could not turn every error into it.
pub struct ProjectError(Box<dyn Error + Send + Sync>);

impl ProjectError {
    /// An error, or a sentence.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }

    /// The error within, as its own type.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.0.downcast_ref()
    }

    /// The error within.
    #[must_use]
    pub fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }

    /// The error within, for what holds errors as they are.
    #[must_use]
    pub fn into_error(self) -> Box<dyn Error + Send + Sync> {
        self.0
    }

    /// The error and what it came from, in one line: what is kept with a parked event. A cause that the
    /// error before it quotes is not said twice.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.0.to_string();
        let mut source = self.0.source();
        while let Some(error) = source {
            let cause = error.to_string();
            if !text.ends_with(&cause) {
                text.push_str(": ");
                text.push_str(&cause);
            }
            source = error.source();
        }
        text
    }
}

impl<E: Error + Send + Sync + 'static> From<E> for ProjectError {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

impl fmt::Display for ProjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ProjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
