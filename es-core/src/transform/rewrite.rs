//! Request for a transformation: the stream, the actor, the reason, and the treatment of each
//! event.

use crate::event::metadata::{Actor, Reason};
use crate::event::recorded::NewEvent;
use crate::stream::StreamId;

/// A stream to be transformed, and who does it and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transform {
    pub(crate) stream: StreamId,
    pub(crate) actor: Actor,
    pub(crate) reason: Reason,
}

impl Transform {
    /// The most events that a stream may have to be transformed, and the most that may come of it.
    pub const MAX_EVENTS: usize = 100_000;
    /// The most bytes that the payloads of the events may have in all, before and after. They are in
    /// memory at once.
    pub const MAX_BYTES: usize = 256 * 1024 * 1024;

    /// Creates the request to transform `stream`, by `actor`, because of `reason`.
    #[must_use]
    pub fn new(stream: StreamId, actor: Actor, reason: Reason) -> Self {
        Self { stream, actor, reason }
    }
}

/// The treatment of an event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rewrite {
    /// Copies the event as it is, with its tags.
    Keep,
    /// Leaves the event out of the copy.
    Drop,
    /// Replaces the event by these, in this order, with new ids.
    With(Vec<NewEvent>),
}

/// Replaces the event by one other event.
impl From<NewEvent> for Rewrite {
    fn from(event: NewEvent) -> Self {
        Self::With(vec![event])
    }
}
