//! The event that a handler is busy with.

use crate::timestamp::Timestamp;

/// An event that a handler was given and is not done with: names one that does not end.
///
/// Texts, so that a list can always be read. Where events are handled many at once it is the first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InHand {
    /// The position of the event in the log.
    pub position: crate::stream::Position,
    /// The name of the event.
    pub event: String,
    /// The stream of the event.
    pub stream: String,
    /// The time at which the handler took it, by the clock of its process.
    pub since: Timestamp,
}

impl InHand {
    /// An event in hand since `since`: for the authors of stores.
    #[must_use]
    pub fn new(
        position: crate::stream::Position,
        event: String,
        stream: String,
        since: Timestamp,
    ) -> Self {
        Self { position, event, stream, since }
    }
}
