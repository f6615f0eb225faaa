//! The events of one decision on their way into the store, and their places when they are there.

use std::error::Error;

use crate::append::{Append, Appended, StreamAppend};
use crate::decisions::{DecisionError, TaggedEvent};
use crate::error::EncodeError;
use crate::metadata::Metadata;
use crate::query::Condition;
use crate::recorded::{NewEvent, Recorded, RecordedEvent};
use crate::stream::{Category, ExpectedVersion, StreamId, StreamKey};
use crate::tag::Tag;
use crate::text::InvalidText;

/// Events that were decided, each with the place that it will have in an append.
#[derive(Debug)]
pub(crate) struct DecidedEvents {
    /// In the order of the decision.
    events: Vec<NewEvent>,
    /// For each event, which part of the append it is in.
    parts: Vec<usize>,
    /// The stream of each part.
    streams: Vec<StreamId>,
}

impl DecidedEvents {
    pub(crate) fn of<E: Error + 'static>(
        events: &[TaggedEvent],
        metadata: &Metadata,
    ) -> Result<Self, DecisionError<E>> {
        let mut decided = Self { events: Vec::new(), parts: Vec::new(), streams: Vec::new() };
        for event in events {
            let new = event.to_new(metadata.clone())?;
            let Some(first) = new.tags.first() else {
                return Err(DecisionError::Untagged { event: event.name() });
            };
            let stream =
                stream_of(first).map_err(|source| EncodeError::new(event.name(), source))?;
            decided.push(stream, new);
        }
        Ok(decided)
    }

    fn push(&mut self, stream: StreamId, event: NewEvent) {
        let known = self.streams.iter().position(|other| *other == stream);
        let part = known.unwrap_or_else(|| {
            self.streams.push(stream);
            self.streams.len() - 1
        });
        self.parts.push(part);
        self.events.push(event);
    }

    /// What a store takes, unless nothing was decided.
    pub(crate) fn append(&self, condition: Condition) -> Option<Append> {
        if self.events.is_empty() {
            return None;
        }
        let parts = self.streams.iter().enumerate().map(|(nth, stream)| {
            let events = self.events.iter().zip(&self.parts).filter(|(_, part)| **part == nth);
            let events = events.map(|(event, _)| event.clone()).collect();
            StreamAppend::new(stream.clone(), ExpectedVersion::Any, events)
        });
        Some(Append::of_fresh(parts.collect()).with_condition(condition))
    }

    /// The events with their places and tags, in the order of the decision.
    pub(crate) fn recorded(self, appended: &Appended) -> Vec<(RecordedEvent, Vec<Tag>)> {
        let mut stored: Vec<_> = appended
            .streams
            .iter()
            .map(|part| {
                let positions = part.positions.iter().copied().enumerate();
                let before = part.version_before();
                positions
                    .map(move |(nth, position)| (before.plus(nth + 1), position, part.recorded_at))
            })
            .collect();
        let mut recorded = Vec::new();
        for (new, part) in self.events.into_iter().zip(self.parts) {
            let place = stored.get_mut(part).and_then(Iterator::next);
            if let Some((version, position, at)) = place {
                let stream = self.streams[part].clone();
                let event =
                    Recorded::new(new.id, stream, version, position, at, new.metadata, new.event);
                recorded.push((event, new.tags));
            }
        }
        recorded
    }
}

/// An event lives with the first thing that it is about. Tags and streams obey the same rules.
fn stream_of(tag: &Tag) -> Result<StreamId, InvalidText> {
    Ok(StreamId::new(Category::new(tag.name())?, StreamKey::new(tag.value())?))
}
