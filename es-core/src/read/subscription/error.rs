//! Errors of subscriptions.

use crate::event::decode_error::RecordedDecodeError;
use crate::store::checkpoint::ResumeError;
use crate::store::error::StoreError;
use crate::validated_text::InvalidText;

/// The reason that a subscription does not go on, or has an event that it cannot hand out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// The log cannot be the one that it followed, or was to follow. It ends.
    #[error(transparent)]
    Resume(ResumeError),
    /// The store failed in a way that no moment cures. It ends.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event of the set cannot be read. Polled again, a typed subscription goes on behind it.
    #[error(transparent)]
    Unreadable(#[from] RecordedDecodeError),
    /// The set of events, written by hand, names what no store could hold. It ends.
    #[error("no event could have a name that the set reads")]
    Set(#[source] InvalidText),
}

impl From<ResumeError> for SubscriptionError {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::Store(error) => Self::Store(error),
            error => Self::Resume(error),
        }
    }
}
