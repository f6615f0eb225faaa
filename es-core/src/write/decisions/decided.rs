//! The events of one decision on their way into the store, and their places when they are there.

use crate::event::encode_error::EncodeError;
use crate::event::metadata::Metadata;
use crate::event::recorded::{NewEvent, Recorded, RecordedEvent};
use crate::event::tag::Tag;
use crate::store::append::{Append, Appended, StreamAppend};
use crate::store::query::Condition;
use crate::stream::{Category, ExpectedVersion, StreamId, StreamKey};
use crate::validated_text::InvalidText;
use crate::write::decisions::{DecisionError, TaggedEvent};

/// Events that were decided, and the parts of an append that they make.
#[derive(Debug, Default)]
pub(crate) struct DecidedEvents {
    parts: Vec<StreamAppend>,
    /// The index of the part of each event, in the order of the decision.
    order: Vec<usize>,
}

impl DecidedEvents {
    pub(crate) fn of<E>(
        events: &[TaggedEvent],
        metadata: &Metadata,
    ) -> Result<Self, DecisionError<E>> {
        let mut decided = Self::default();
        for event in events {
            let new = event.to_new(metadata.clone())?;
            let mut tags = new.tags.iter();
            let Some(home) = tags.find(|tag| Some(tag.name()) == event.home()) else {
                return Err(DecisionError::Untagged { event: event.name() });
            };
            let stream =
                stream_of(home).map_err(|source| EncodeError::new(event.name(), source))?;
            decided.push(stream, new);
        }
        Ok(decided)
    }

    fn push(&mut self, stream: StreamId, event: NewEvent) {
        let known = self.parts.iter().position(|part| part.stream == stream);
        let nth = known.unwrap_or_else(|| {
            self.parts.push(StreamAppend::new(stream, ExpectedVersion::Any, Vec::new()));
            self.parts.len() - 1
        });
        self.parts[nth].events.push(event);
        self.order.push(nth);
    }

    /// The number of events.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The streams that they go to, each with its number of events.
    pub(crate) fn streams(&self) -> Vec<(StreamId, usize)> {
        self.parts.iter().map(|part| (part.stream.clone(), part.events.len())).collect()
    }

    /// The stream of each event, by its place among the streams, in the order of the decision.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// The size of their payloads in bytes.
    pub(crate) fn payloads(&self) -> usize {
        self.in_order_of_the_log().map(|new| new.event.payload.as_str().len()).sum()
    }

    /// True if all of `next` come after all of these in the log, if they are added: none of them goes
    /// back to a stream that others stand behind.
    pub(crate) fn goes_on_with(&self, next: &Self) -> bool {
        next.parts.iter().enumerate().all(|(nth, part)| {
            let known = self.parts.iter().position(|known| known.stream == part.stream);
            known.is_none_or(|known| nth == 0 && known + 1 == self.parts.len())
        })
    }

    /// Adds the events of the next decision.
    pub(crate) fn extend(&mut self, next: Self) {
        let mut parts: Vec<_> =
            next.parts.into_iter().map(|part| (part.stream, part.events.into_iter())).collect();
        for nth in next.order {
            if let Some((stream, events)) = parts.get_mut(nth)
                && let Some(event) = events.next()
            {
                self.push(stream.clone(), event);
            }
        }
    }

    /// The events in the order that they will have in the log.
    pub(crate) fn in_order_of_the_log(&self) -> impl Iterator<Item = &NewEvent> {
        self.parts.iter().flat_map(|part| &part.events)
    }

    /// The append of the events under `condition`; `None` if nothing was decided.
    pub(crate) fn append(&self, condition: Condition) -> Option<Append> {
        if self.parts.is_empty() {
            return None;
        }
        Some(Append::of_fresh(self.parts.clone()).with_condition(condition))
    }

    /// The events where they came to stand, in the order of the decision.
    pub(crate) fn recorded(self, appended: &Appended) -> Vec<RecordedEvent> {
        let parts = self.parts.into_iter().zip(&appended.streams);
        let mut stored: Vec<_> = parts
            .map(|(part, places)| {
                let (before, at) = (places.version_before(), places.recorded_at);
                let events = part.events.into_iter().zip(places.positions.iter().copied());
                events.enumerate().map(move |(nth, (new, position))| {
                    let (stream, version) = (part.stream.clone(), before.plus(nth + 1));
                    Recorded::new(new.id, stream, version, position, at, new.metadata, new.event)
                })
            })
            .collect();
        let next = |nth: usize| stored.get_mut(nth).and_then(Iterator::next);
        self.order.into_iter().filter_map(next).collect()
    }
}

/// An event lives with the thing that is its home. Tags and streams obey the same rules.
fn stream_of(tag: &Tag) -> Result<StreamId, InvalidText> {
    Ok(StreamId::new(Category::new(tag.name())?, StreamKey::new(tag.value())?))
}
