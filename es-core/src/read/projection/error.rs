//! The error of a handler.

use std::error::Error;
use std::fmt;

/// The error of a handler of a projection, a reaction or a subscription: any error converts into
/// it, so that `?` works there, and so does a sentence: `Err("the amount is empty".into())`.
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
/// # The fault of the event, or of another system
///
/// A handler that does something elsewhere, sends a mail or calls a service, can say whose fault it is:
///
/// - [`unavailable`](Self::unavailable): the other system's. The event is tried again with backoff, up
///   to a minute, for as long as it takes; it is never parked for it.
/// - [`rejected`](Self::rejected): the event's. It is parked at once, since another try would fail again.
/// - Anything else is tried again. It is parked after the tries that
///   [`OnFailure`](super::OnFailure) says, but for effects: [`React`](super::React) and
///   [`run_into`](super::Projections::run_into) try again until they are told otherwise.
///
/// ```
/// use es_core::ProjectError;
///
/// fn answered(status: u16) -> Result<(), ProjectError> {
///     match status {
///         200..300 => Ok(()),
///         422 => Err(ProjectError::rejected("the mailer takes no such address")),
///         _ => Err(ProjectError::unavailable(format!("the mailer answered {status}"))),
///     }
/// }
/// assert!(answered(503).unwrap_err().is_unavailable());
/// ```
///
/// In each case the later events of the key wait, and other keys go on.
///
/// It is no [`Error`] itself, or `?` could not turn every error into it.
pub struct ProjectError {
    error: Box<dyn Error + Send + Sync>,
    fault: Fault,
}

/// The party that is to blame for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The error does not say.
    Unsaid,
    /// Another system does not do what it should.
    OtherSystem,
    /// The event will never be handled as it is.
    Event,
}

impl ProjectError {
    /// An error, or a sentence.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { error: error.into(), fault: Fault::Unsaid }
    }

    /// Creates an error for another system that is away, or does not do what it should: the event
    /// is tried again until it does.
    pub fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { error: error.into(), fault: Fault::OtherSystem }
    }

    /// The event will fail each time: it is parked without another try.
    pub fn rejected(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { error: error.into(), fault: Fault::Event }
    }

    /// True if another system is to blame.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.fault == Fault::OtherSystem
    }

    /// True if the event is to blame.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.fault == Fault::Event
    }

    /// The error within, as its own type.
    #[must_use]
    pub fn downcast_ref<E: Error + 'static>(&self) -> Option<&E> {
        self.error.downcast_ref()
    }

    /// The error within.
    #[must_use]
    pub fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.error
    }

    /// The error within, for what holds errors as they are.
    #[must_use]
    pub fn into_error(self) -> Box<dyn Error + Send + Sync> {
        self.error
    }

    /// The error and what it came from, in one line: what is kept with a parked event. A cause that the
    /// error before it quotes is not said twice.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.error.to_string();
        let mut source = self.error.source();
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

impl ProjectError {
    /// The same failure, as the source of an error that says more of it. Whose fault it is stays.
    pub(super) fn within<E: Error + Send + Sync + 'static>(
        self,
        outer: impl FnOnce(Box<dyn Error + Send + Sync>) -> E,
    ) -> Self {
        Self { error: Box::new(outer(self.error)), fault: self.fault }
    }

    /// The failure of an effect, of which nobody says whose fault it is: not the event's.
    pub(super) fn of_effect(self) -> Self {
        match self.fault {
            Fault::Unsaid => Self { fault: Fault::OtherSystem, ..self },
            Fault::OtherSystem | Fault::Event => self,
        }
    }
}

/// Converts any error, and a sentence.
impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for ProjectError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for ProjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl fmt::Debug for ProjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
