//! An event at its place, and nothing else of its record.

use std::sync::Arc;

use crate::event::decode_error::RecordedDecodeError;
use crate::event::decoded::Decoded;
use crate::event::recorded::{RawEvent, RecordedEvent};
use crate::event::set::EventSet;
use crate::stream::{Position, StreamId, Version};

/// A stored event with what folds its stream: the event and its place.
///
/// A state is a function of what happened. Id, time and metadata are more than half of the columns of an
/// event, and a fold looks at none of them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlacedEvent {
    /// Its place in the stream, from 1, without gaps.
    pub version: Version,
    /// Its place in the log of the store; rises along every stream.
    pub position: Position,
    damage: Option<Arc<str>>,
    /// The event as it is stored.
    pub event: RawEvent,
}

impl PlacedEvent {
    /// An event at its place: for the authors of stores.
    #[must_use]
    pub fn new(version: Version, position: Position, event: RawEvent) -> Self {
        Self { version, position, damage: None, event }
    }

    /// Decodes the event as the set `S` reads it. `stream` is for the error.
    #[inline]
    pub(crate) fn events<S: EventSet>(
        &self,
        stream: &StreamId,
    ) -> Result<Decoded<S>, RecordedDecodeError> {
        self.event.read_as(self.damage.as_deref(), |source| RecordedDecodeError {
            stream: stream.clone(),
            version: self.version,
            position: self.position,
            source,
        })
    }
}

/// The record without its id, time and metadata; one that [cannot be read](RecordedEvent::damage) stays
/// so.
impl From<RecordedEvent> for PlacedEvent {
    fn from(recorded: RecordedEvent) -> Self {
        let damage = recorded.damage().map(Arc::from);
        Self { damage, ..Self::new(recorded.version, recorded.position, recorded.event) }
    }
}
