//! Tags that are complete, and the writing of those that came later.

use std::collections::{BTreeMap, HashMap};

use super::events::Events;
use super::store::MemoryStore;
use crate::event::name::EventName;
use crate::event::recorded::NewEvent;
use crate::event::tag::Tag;
use crate::store::error::StoreError;
use crate::store::retag::{EventTag, LacksTag, Retag, RetagStore, TaggedPosition};
use crate::stream::Position;

/// The tags that appends of an event have to have, by its name.
#[derive(Debug, Default)]
pub(super) struct Declared(HashMap<EventName, BTreeMap<String, Written>>);

/// The extent to which a tag is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// The tag is on all stored events.
    Complete,
    /// The tag is on the events up to here, and on those that came since it was declared.
    Through(Position),
}

impl Declared {
    pub(super) fn are_complete(&self, tags: &[EventTag]) -> bool {
        tags.iter().all(|tag| self.written(tag) == Some(Written::Complete))
    }

    fn written(&self, tag: &EventTag) -> Option<Written> {
        self.0.get(&tag.event)?.get(&tag.tag).copied()
    }

    fn declare(&mut self, tag: &EventTag, written: Written) {
        self.0.entry(tag.event.clone()).or_default().insert(tag.tag.clone(), written);
    }

    /// Refuses an event without a tag that all others of its name have.
    pub(super) fn check<'a>(
        &self,
        mut events: impl Iterator<Item = &'a NewEvent>,
    ) -> Result<(), LacksTag> {
        let lacking = |new: &NewEvent| {
            let declared = self.0.get(&new.event.name)?;
            let mut tags =
                declared.keys().map(|tag| EventTag::new(new.event.name.clone(), tag.clone()));
            tags.find(|tag| tag.is_left_out_by(new))
        };
        match events.find_map(lacking) {
            Some(tag) => Err(LacksTag(tag)),
            None => Ok(()),
        }
    }
}

impl Events {
    pub(super) fn missing_tag(&mut self, tags: &[EventTag]) -> Option<EventTag> {
        for tag in tags {
            match self.declared.written(tag) {
                Some(Written::Complete) => {}
                None if self.have_all(tag) => self.declared.declare(tag, Written::Complete),
                None | Some(Written::Through(_)) => return Some(tag.clone()),
            }
        }
        None
    }

    /// True if every stored event of the name has the tag. Archives are not looked at: nothing in them is found by a tag.
    fn have_all(&self, tag: &EventTag) -> bool {
        let mut stored = self.log.iter().zip(&self.tags);
        stored.all(|(event, tags)| {
            event.event.name != tag.event
                || event.stream.is_archive()
                || tags.iter().any(|known| known.name() == tag.tag)
        })
    }

    fn begin_retag(&mut self, retag: &Retag) -> Position {
        let tags = retag.tags();
        let mut after = Position::MAX;
        for name in &retag.names {
            let declared = self.declared.0.entry(name.clone()).or_default();
            declared.retain(|tag, _| tags.contains(&tag.as_str()));
            for tag in &tags {
                let new = Written::Through(Position::START);
                let written = declared.entry((*tag).to_owned()).or_insert(new);
                if let Written::Through(through) = written {
                    after = after.min(*through);
                }
            }
        }
        if after == Position::MAX { Position::START } else { after }
    }

    fn write_tags(&mut self, retag: &Retag, events: &[TaggedPosition], through: Position) {
        for TaggedPosition { position, tags, .. } in events {
            let place = usize::try_from(position.0.saturating_sub(1)).unwrap_or(usize::MAX);
            let is_archived = self.log.get(place).is_none_or(|event| event.stream.is_archive());
            if let Some(known) = self.tags.get_mut(place).filter(|_| !is_archived) {
                let new: Vec<Tag> =
                    tags.iter().filter(|tag| !known.contains(tag)).cloned().collect();
                known.extend(new);
            }
        }
        self.written(retag, |written| match written {
            Written::Through(before) => Written::Through(before.max(through)),
            Written::Complete => Written::Complete,
        });
    }

    fn written(&mut self, retag: &Retag, then: impl Fn(Written) -> Written) {
        let tags = retag.tags();
        for name in &retag.names {
            let declared = self.declared.0.get_mut(name).into_iter().flatten();
            let own = declared.filter(|(tag, _)| tags.contains(&tag.as_str()));
            own.for_each(|(_, written)| *written = then(*written));
        }
    }
}

impl RetagStore for MemoryStore {
    async fn begin_retag(&self, retag: &Retag) -> Result<Position, StoreError> {
        Ok(self.write(|events| events.begin_retag(retag)))
    }

    async fn write_tags(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> Result<(), StoreError> {
        self.write(|store| store.write_tags(retag, events, through));
        Ok(())
    }

    async fn end_retag(&self, retag: &Retag) -> Result<(), StoreError> {
        self.write(|events| events.written(retag, |_| Written::Complete));
        Ok(())
    }
}
