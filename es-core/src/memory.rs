//! The store that lives in the process.

mod lock;
mod places;
mod replace;
mod retag;
mod select;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tracing::Instrument;

use self::lock::Held;
use self::places::Places;
use self::retag::Declared;
use crate::append::{Append, Appended, AppendedStream, StreamAppend};
use crate::append_lock::AppendLock;
use crate::checkpoint::Incarnation;
use crate::error::{AppendError, ConditionFailed, Conflict, StoreError};
use crate::event::EventId;
use crate::placed_event::PlacedEvent;
use crate::query::{Condition, Query};
use crate::recorded::{NewEvent, Recorded, RecordedEvent};
use crate::retag::EventTag;
use crate::selection::{SelectedPage, Selection};
use crate::snapshot::{Fingerprint, Snapshot, SnapshotPage, Unfit};
use crate::spans;
use crate::store::{Cursor, EventStore, LogPage, MatchingEvent, QueryPage};
use crate::stream::{Position, StreamId, Version};
use crate::tag::Tag;
use crate::timestamp::Timestamp;

/// An event store in memory: every guarantee of [`EventStore`] but survival.
///
/// For tests, for examples, and for services that may forget. Safe under threads; clones share
/// their events. Readers do not block one another, an append blocks both for as long as it takes to
/// copy its events. A query looks at every event after its beginning.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    shared: Arc<RwLock<Events>>,
    /// The end of the log, for those who wait for more.
    head: watch::Sender<Position>,
    /// The signal that a lock ended, for those whose appends wait for it.
    unlocked: watch::Sender<()>,
}

#[derive(Debug)]
struct Events {
    incarnation: Incarnation,
    /// All events; the event at position p is at p - 1.
    log: Vec<RecordedEvent>,
    /// The tags of each event, at the same place.
    tags: Vec<Vec<Tag>>,
    streams: HashMap<StreamId, Places>,
    ids: HashMap<EventId, Position>,
    /// The tags that are complete, or about to be.
    declared: Declared,
    /// The snapshots of each stream, oldest first.
    snapshots: HashMap<StreamId, Vec<Kept>>,
    locks: Vec<Held>,
    last_lock: u64,
}

/// A snapshot, and the event that it ends with; none if the stream had no such event when it was kept.
#[derive(Debug)]
struct Kept {
    snapshot: Snapshot,
    event: Option<EventId>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            incarnation: Incarnation::generate(),
            log: Vec::new(),
            tags: Vec::new(),
            streams: HashMap::new(),
            ids: HashMap::new(),
            declared: Declared::default(),
            snapshots: HashMap::new(),
            locks: Vec::new(),
            last_lock: 0,
        }
    }
}

impl MemoryStore {
    /// A store without events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere cannot leave the events half changed: nothing in `append` fails after its
    /// checks. So a poisoned lock is taken as it is.
    fn read<T>(&self, reader: impl FnOnce(&Events) -> T) -> T {
        reader(&self.shared.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the events, and wakes those who wait at the end of the log if it has grown.
    fn write<T>(&self, writer: impl FnOnce(&mut Events) -> T) -> T {
        let mut events = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        let answer = writer(&mut events);
        let head = events.head();
        self.head.send_if_modified(|told| head > std::mem::replace(told, head));
        answer
    }
}

impl EventStore for MemoryStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let span = spans::append(&append);
        let storing =
            self.when_unlocked(append, |events, append| match events.locked_until(&append) {
                Some(until) => Err((append, until)),
                None => Ok(events.append(append)),
            });
        storing.instrument(span).await
    }

    /// An append that others hold the streams of waits, in no particular order.
    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.lock_for(draft, wait).await.map(Some)
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        Ok(self.read(|events| events.stream_page(stream, cursor, limit)))
    }

    async fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        Ok(self.read(|events| {
            let page = events.page_of(stream, Cursor::After(after), limit);
            let placed = |event: &RecordedEvent| {
                PlacedEvent::new(event.version, event.position, event.event.clone())
            };
            page.map(placed).collect()
        }))
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        Ok(self.read(|events| {
            let page = page(&events.log, cursor.map(|position| position.0), limit);
            LogPage::new(events.incarnation, page, events.head(), events.head())
        }))
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        Ok(self.read(|events| {
            let found = events.matching(query, after).take(limit as usize).collect();
            QueryPage::new(found, events.head())
        }))
    }

    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        if self.read(|events| events.declared.are_complete(tags)) {
            return Ok(None);
        }
        Ok(self.write(|events| events.missing_tag(tags)))
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        Ok(self.read(|events| events.select_page(selection, after, limit)))
    }

    async fn log_grown(&self, safe: Position) {
        let mut head = self.head.subscribe();
        // Too late is an answer as well, and the store that could be gone is here.
        let _ = timeout(Self::POLL, head.wait_for(|head| *head > safe)).await;
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        Ok(self.read(|events| {
            let (snapshot, unfit) = events.newest_snapshot(stream, shape, at_most);
            let after = snapshot.as_ref().map_or(Version::NONE, |found| found.version);
            let page = events.stream_page(stream, Cursor::After(after), limit);
            match unfit {
                Some(unfit) => SnapshotPage::without(unfit, page),
                None => SnapshotPage::new(snapshot, page),
            }
        }))
    }

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.write(|events| {
            let event = events.ends_with(stream, &snapshot);
            let kept = events.snapshots.entry(stream.clone()).or_default();
            kept.retain(|old| {
                (old.snapshot.shape, old.snapshot.version) != (snapshot.shape, snapshot.version)
            });
            let place = kept.partition_point(|old| old.snapshot.version <= snapshot.version);
            kept.insert(place, Kept { snapshot, event });
            let surplus = kept.len().saturating_sub(keep as usize);
            kept.drain(..surplus);
        });
        Ok(())
    }
}

impl Events {
    /// Stores the append. Everything that may refuse comes before the first change.
    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        if let Some(first) = self.first_answer(&append)? {
            return Ok(first);
        }
        self.declared.check(append.parts().iter().flat_map(|part| &part.events))?;
        self.check_versions(&append)?;
        self.check_condition(append.condition())?;
        self.check_instants(&append)?;
        let parts = append.into_parts().into_iter();
        Ok(Appended::new(parts.map(|part| self.append_part(part)).collect()))
    }

    /// The answer to an append that is in the store; none if none of its events is.
    fn first_answer(&self, append: &Append) -> Result<Option<Appended>, AppendError> {
        let mut ids = append.parts().iter().flat_map(|part| &part.events).map(|event| event.id);
        let Some(taken) = ids.find(|id| self.ids.contains_key(id)) else {
            return Ok(None);
        };
        let streams = append.parts().iter().map(|part| self.first_answer_of(part));
        match streams.collect() {
            Some(streams) => Ok(Some(Appended::already(streams))),
            None => Err(AppendError::DuplicateEvent { id: taken }),
        }
    }

    /// The first answer to `part`, if its events stand in its stream one after another.
    fn first_answer_of(&self, part: &StreamAppend) -> Option<AppendedStream> {
        let positions: Vec<_> = part
            .events
            .iter()
            .map(|event| self.ids.get(&event.id).copied())
            .collect::<Option<_>>()?;
        let Some(first) = positions.first().and_then(|first| self.at(*first)) else {
            let version = self.version(&part.stream);
            return Some(AppendedStream::new(
                part.stream.clone(),
                version,
                positions,
                Timestamp::now(),
            ));
        };
        // Events that are in the archive by now had their answer before.
        let stands_in = &first.stream;
        if *stands_in != part.stream
            && stands_in.archive_of().is_none_or(|(stream, _)| stream != part.stream)
        {
            return None;
        }
        let places = self.streams.get(stands_in)?;
        let before = usize::try_from(places.place(first.version)).ok()?.checked_sub(1)?;
        let there = places.positions.get(before..before + positions.len())?;
        let version = Version(first.version.0 - 1).plus(positions.len());
        let last = positions.last().and_then(|last| self.at(*last)).unwrap_or(first);
        (there == positions)
            .then(|| AppendedStream::new(part.stream.clone(), version, positions, last.recorded_at))
    }

    fn check_versions(&self, append: &Append) -> Result<(), Conflict> {
        for part in append.parts() {
            let actual = self.version(&part.stream);
            if !part.expected.accepts(actual) {
                return Err(Conflict::new(part.stream.clone(), part.expected, actual));
            }
        }
        Ok(())
    }

    fn check_condition(&self, condition: Option<&Condition>) -> Result<(), ConditionFailed> {
        let Some(Condition { query, after, known }) = condition else {
            return Ok(());
        };
        let mut positions = self.matching(query, *after).map(|found| found.event.position);
        match positions.find(|position| !known.contains(position)) {
            Some(position) => Err(ConditionFailed::new(position)),
            None => Ok(()),
        }
    }

    /// Checks the instants that imported events bring: along a stream they never go back, and none
    /// is yet to come.
    fn check_instants(&self, append: &Append) -> Result<(), AppendError> {
        for part in append.parts() {
            let mut instants = part.events.iter().filter_map(|event| event.recorded_at);
            let Some(first) = instants.next() else { continue };
            if let Some(last) = self.last_instant(&part.stream).filter(|last| first < *last) {
                let stream = part.stream.clone();
                return Err(AppendError::TimeGoesBack { stream, at: first, last });
            }
            let at = instants.next_back().unwrap_or(first);
            if at > Timestamp::now() {
                return Err(AppendError::TimeToCome { stream: part.stream.clone(), at });
            }
        }
        Ok(())
    }

    fn last_instant(&self, stream: &StreamId) -> Option<Timestamp> {
        let last = self.streams.get(stream).and_then(|places| places.positions.last());
        last.and_then(|last| self.at(*last)).map(|last| last.recorded_at)
    }

    fn append_part(&mut self, part: StreamAppend) -> AppendedStream {
        let last_at = self.last_instant(&part.stream);
        let now = last_at.map_or_else(Timestamp::now, |last| last.max(Timestamp::now()));
        let mut recorded_at = now;
        let version_before = self.version(&part.stream);
        let mut positions = Vec::with_capacity(part.events.len());
        for (nth, new) in part.events.into_iter().enumerate() {
            let version = version_before.plus(nth + 1);
            recorded_at = new.recorded_at.unwrap_or(now);
            positions.push(self.push(new, part.stream.clone(), version, recorded_at));
        }
        if !positions.is_empty() {
            let places = self.streams.entry(part.stream.clone()).or_default();
            places.positions.extend(&positions);
        }
        let version = version_before.plus(positions.len());
        AppendedStream::new(part.stream, version, positions, recorded_at)
    }

    /// Adds an event at the end of the log.
    fn push(
        &mut self,
        new: NewEvent,
        stream: StreamId,
        version: Version,
        recorded_at: Timestamp,
    ) -> Position {
        let NewEvent { id, event, metadata, tags, .. } = new;
        let position = Position(self.head().0 + 1);
        self.ids.insert(id, position);
        self.tags.push(tags);
        self.log.push(Recorded::new(id, stream, version, position, recorded_at, metadata, event));
        position
    }

    fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Vec<RecordedEvent> {
        self.page_of(stream, cursor, limit).cloned().collect()
    }

    fn page_of(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> impl Iterator<Item = &RecordedEvent> {
        let positions = self.streams.get(stream).map_or_else(Vec::new, |places| {
            page(&places.positions, cursor.map(|version| places.place(version)), limit)
        });
        positions.into_iter().filter_map(|position| self.at(position))
    }

    /// The newest snapshot that will do; if there are some and none will, what is wrong with the
    /// newest.
    fn newest_snapshot(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
    ) -> (Option<Snapshot>, Option<Unfit>) {
        let mut unfit = None;
        let snapshots = self.snapshots.get(stream).into_iter().flatten().rev();
        for kept in snapshots.filter(|kept| kept.snapshot.version <= at_most) {
            match self.why_unfit(stream, kept, shape) {
                None => return (Some(kept.snapshot.clone()), None),
                Some(why) => unfit = unfit.or(Some(why)),
            }
        }
        (None, unfit)
    }

    fn why_unfit(&self, stream: &StreamId, kept: &Kept, shape: Fingerprint) -> Option<Unfit> {
        let last = self.ends_with(stream, &kept.snapshot);
        if kept.snapshot.shape != shape {
            Some(Unfit::OtherShape)
        } else if last.is_none() || last != kept.event {
            Some(Unfit::OtherHistory)
        } else {
            None
        }
    }

    /// The event that a snapshot ends with, if the stream has one at its version and position.
    fn ends_with(&self, stream: &StreamId, snapshot: &Snapshot) -> Option<EventId> {
        let last = self.stream_page(stream, Cursor::Before(snapshot.version.plus(1)), 1);
        let is_here = |last: &RecordedEvent| {
            (last.version, last.position) == (snapshot.version, snapshot.position)
        };
        last.into_iter().find(is_here).map(|last| last.id)
    }

    /// The events after a position that match, in the order of the log. None of an archive.
    fn matching(&self, query: &Query, after: Position) -> impl Iterator<Item = MatchingEvent> {
        let seen = usize::try_from(after.0).unwrap_or(usize::MAX);
        let current = self.log.iter().zip(&self.tags).skip(seen);
        let current = current.filter(|(event, _)| !event.stream.is_archive());
        current.filter_map(|(event, tags)| {
            let items = query.matching_items(&event.event.name, tags);
            (!items.is_empty()).then(|| MatchingEvent::new(event.clone(), items))
        })
    }

    fn version(&self, stream: &StreamId) -> Version {
        self.streams.get(stream).map_or(Version::NONE, Places::version)
    }

    fn head(&self) -> Position {
        Position(self.log.len() as u64)
    }

    fn at(&self, position: Position) -> Option<&RecordedEvent> {
        self.log.get(usize::try_from(position.0.checked_sub(1)?).ok()?)
    }
}

/// Returns up to `limit` of `all`, whose places count from 1, in the order of the cursor.
fn page<T: Clone>(all: &[T], cursor: Cursor<u64>, limit: u32) -> Vec<T> {
    let index = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(all.len());
    let limit = limit as usize;
    match cursor {
        Cursor::After(place) => all.iter().skip(index(place)).take(limit).cloned().collect(),
        Cursor::Before(place) => {
            let before = index(place.saturating_sub(1));
            all.iter().take(before).rev().take(limit).cloned().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{EventName, Payload, SchemaVersion};
    use crate::metadata::Metadata;
    use crate::recorded::{NewEvent, RawEvent};
    use crate::stream::{Category, ExpectedVersion, StreamKey};

    /// Simulates a clock that has gone back by a day since the first event.
    #[tokio::test]
    async fn time_does_not_go_back_along_a_stream_when_the_clock_does() {
        let store = MemoryStore::new();
        let append = || {
            let stream =
                StreamId::new(Category::new("account").unwrap(), StreamKey::new("ada").unwrap());
            let name = EventName::new("opened").unwrap();
            let raw = RawEvent::new(name, SchemaVersion(1), Payload::parse("{}").unwrap());
            let new = NewEvent::new(raw, Metadata::default());
            Append::to(stream, ExpectedVersion::Any, vec![new]).unwrap()
        };
        store.append(append()).await.unwrap();
        let tomorrow = Timestamp::from_unix_micros(Timestamp::now().unix_micros() + 86_400_000_000);
        store.shared.write().unwrap().log[0].recorded_at = tomorrow;

        let appended = store.append(append()).await.unwrap();

        assert_eq!(appended.streams[0].recorded_at, tomorrow);
    }
}
