//! Replacement of a stream, as a store is to write it.

use std::collections::HashMap;

use crate::event::name::EventId;
use crate::event::recorded::{NewEvent, RecordedEvent};
use crate::event::tag::Tag;
use crate::store::append_error::Conflict;
use crate::stream::{ExpectedVersion, Position, StreamId, Version};
use crate::transform::record::record;
use crate::transform::{Rewrite, Transform, TransformError};

/// A copy, and the event that it stands for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CopiedEvent {
    /// The copy, under a fresh id.
    pub event: NewEvent,
    /// The position of the event whose time it gets.
    pub original: Position,
}

/// The replacement of a stream: for the authors of stores.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Replacement {
    /// The stream that is replaced.
    pub stream: StreamId,
    /// The version of its last event, as it was read. The stream must still be at it; that is enough,
    /// since no version is ever given twice under one name.
    pub last: Version,
    /// The tags under which its events are found, each with the position of its event.
    pub tags: Vec<(Position, Tag)>,
    /// The record, for the end of the archive.
    pub record: NewEvent,
    /// The events of the new stream; never none.
    pub copies: Vec<CopiedEvent>,
}

impl Replacement {
    /// The name of the old stream from now on: the record is the last event in it.
    #[must_use]
    pub fn archive(&self) -> StreamId {
        self.stream.archive(self.last.plus(1))
    }

    /// The refusal of a stream that has moved on to `actual`.
    #[must_use]
    pub fn conflict(&self, actual: Version) -> Conflict {
        Conflict::new(self.stream.clone(), ExpectedVersion::Exact(self.last), actual)
    }

    /// Returns the replacement that `rewrite` makes of `events`, which are all of a stream.
    pub(super) fn of<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        transform: &Transform,
        events: Vec<RecordedEvent>,
        tags: Vec<(Position, Tag)>,
        mut rewrite: impl FnMut(RecordedEvent) -> Result<Rewrite, E>,
    ) -> Result<Self, TransformError> {
        let stream = transform.stream.clone();
        let Some(last) = events.last() else {
            return Err(TransformError::NotFound { stream });
        };
        let last = last.version;
        let mut tags_of = HashMap::<Position, Vec<Tag>>::new();
        for (position, tag) in &tags {
            tags_of.entry(*position).or_default().push(tag.clone());
        }
        let mut copies = Vec::with_capacity(events.len());
        let mut size = Size::default();
        for event in events {
            let (id, original) = (event.id, event.position);
            let tags = tags_of.remove(&event.position).unwrap_or_default();
            let kept = NewEvent::new(event.event.clone(), event.metadata.clone()).with_tags(tags);
            let version = event.version;
            let fate = rewrite(event).map_err(|source| {
                let stream = stream.clone();
                TransformError::Rewrite { stream, version, source: source.into() }
            })?;
            let new = match fate {
                Rewrite::Keep => vec![kept],
                Rewrite::Drop => vec![],
                Rewrite::With(new) => new,
            };
            for new in new {
                size.add(new.event.payload.as_str(), &stream)?;
                copies.push(CopiedEvent { event: copy(new, id), original });
            }
        }
        if copies.is_empty() {
            return Err(TransformError::Empty { stream });
        }
        let record = record(transform)?;
        Ok(Self { stream, last, tags, record, copies })
    }
}

fn copy(mut new: NewEvent, original: EventId) -> NewEvent {
    new.metadata = new.metadata.with_copy_of(original);
    // A copy has the time of what it stands for.
    new.recorded_at = None;
    new.with_id(EventId::generate())
}

/// The number of events and bytes so far.
#[derive(Default)]
pub(super) struct Size {
    events: usize,
    bytes: usize,
}

impl Size {
    /// Adds an event with this payload, unless that is too much.
    pub(super) fn add(&mut self, payload: &str, stream: &StreamId) -> Result<(), TransformError> {
        self.events += 1;
        self.bytes = self.bytes.saturating_add(payload.len());
        if self.events > Transform::MAX_EVENTS || self.bytes > Transform::MAX_BYTES {
            return Err(TransformError::TooLong { stream: stream.clone() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> StreamId {
        "account/ada".parse().unwrap()
    }

    #[test]
    fn more_events_than_the_limit_are_too_many() {
        let mut size = Size::default();
        for _ in 0..Transform::MAX_EVENTS {
            size.add("{}", &stream()).unwrap();
        }

        let error = size.add("{}", &stream()).unwrap_err().to_string();

        assert_eq!(
            error,
            "stream `account/ada` is too long to be transformed: at most 100000 events and 268435456 \
             bytes of payload, before and after"
        );
    }

    #[test]
    fn more_bytes_than_the_limit_are_too_many() {
        let payload = "x".repeat(Transform::MAX_BYTES / 16);
        let mut size = Size::default();
        for _ in 0..16 {
            size.add(&payload, &stream()).unwrap();
        }

        assert!(matches!(size.add("{}", &stream()), Err(TransformError::TooLong { .. })));
    }
}
