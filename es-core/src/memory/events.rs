//! The events of the store in memory, and the rules of an append.

use std::collections::HashMap;

use super::lock::Held;
use super::places::Places;
use super::requests::Requests;
use super::retag::Declared;
use super::snapshots::Kept;
use crate::event::name::EventId;
use crate::event::recorded::{NewEvent, Recorded, RecordedEvent};
use crate::event::tag::Tag;
use crate::store::append::{Append, Appended, AppendedStream, StreamAppend};
use crate::store::append_error::{AppendError, ConditionFailed, Conflict};
use crate::store::checkpoint::Incarnation;
use crate::store::cursor::Cursor;
use crate::store::page::MatchingEvent;
use crate::store::query::{Condition, Query};
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

#[derive(Debug)]
pub(super) struct Events {
    pub(super) incarnation: Incarnation,
    /// All events; the event at position p is at p - 1.
    pub(super) log: Vec<RecordedEvent>,
    /// The tags of each event, at the same place.
    pub(super) tags: Vec<Vec<Tag>>,
    pub(super) streams: HashMap<StreamId, Places>,
    pub(super) ids: HashMap<EventId, Position>,
    /// The tags that are complete, or about to be.
    pub(super) declared: Declared,
    pub(super) requests: Requests,
    /// The snapshots of each stream, oldest first.
    pub(super) snapshots: HashMap<StreamId, Vec<Kept>>,
    pub(super) locks: Vec<Held>,
    pub(super) last_lock: u64,
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
            requests: Requests::default(),
            snapshots: HashMap::new(),
            locks: Vec::new(),
            last_lock: 0,
        }
    }
}

impl Events {
    /// Stores the append. Everything that may refuse comes before the first change.
    pub(super) fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        if let Some(first) = self.first_answer(&append)? {
            return Ok(first);
        }
        let request = append.request().cloned();
        if let Some(first) = request.as_ref().and_then(|new| self.requests.answered(&new.key)) {
            return Err(AppendError::Answered(Box::new(first.clone())));
        }
        self.declared.check(append.parts().iter().flat_map(|part| &part.events))?;
        self.check_versions(&append)?;
        self.check_condition(append.condition())?;
        self.check_instants(&append)?;
        let parts = append.into_parts().into_iter();
        let appended = Appended::new(parts.map(|part| self.append_part(part)).collect());
        if let Some(request) = request {
            self.requests.keep(request, &appended);
        }
        Ok(appended)
    }

    /// The answer to an append that is in the store; none if none of its events is.
    pub(super) fn first_answer(&self, append: &Append) -> Result<Option<Appended>, AppendError> {
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

    pub(super) fn check_versions(&self, append: &Append) -> Result<(), Conflict> {
        for part in append.parts() {
            let actual = self.version(&part.stream);
            if !part.expected.accepts(actual) {
                return Err(Conflict::new(part.stream.clone(), part.expected, actual));
            }
        }
        Ok(())
    }

    pub(super) fn check_condition(
        &self,
        condition: Option<&Condition>,
    ) -> Result<(), ConditionFailed> {
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
    pub(super) fn check_instants(&self, append: &Append) -> Result<(), AppendError> {
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

    pub(super) fn last_instant(&self, stream: &StreamId) -> Option<Timestamp> {
        let last = self.streams.get(stream).and_then(|places| places.positions.last());
        last.and_then(|last| self.at(*last)).map(|last| last.recorded_at)
    }

    pub(super) fn append_part(&mut self, part: StreamAppend) -> AppendedStream {
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
    pub(super) fn push(
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

    pub(super) fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Vec<RecordedEvent> {
        self.page_of(stream, cursor, limit).cloned().collect()
    }

    pub(super) fn page_of(
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

    /// The events after a position that match, in the order of the log. None of an archive.
    pub(super) fn matching(
        &self,
        query: &Query,
        after: Position,
    ) -> impl Iterator<Item = MatchingEvent> {
        let seen = usize::try_from(after.0).unwrap_or(usize::MAX);
        let current = self.log.iter().zip(&self.tags).skip(seen);
        let current = current.filter(|(event, _)| !event.stream.is_archive());
        current.filter_map(|(event, tags)| {
            let items = query.matching_items(&event.event.name, tags);
            (!items.is_empty()).then(|| MatchingEvent::new(event.clone(), items))
        })
    }

    pub(super) fn version(&self, stream: &StreamId) -> Version {
        self.streams.get(stream).map_or(Version::NONE, Places::version)
    }

    pub(super) fn head(&self) -> Position {
        Position(self.log.len() as u64)
    }

    pub(super) fn at(&self, position: Position) -> Option<&RecordedEvent> {
        self.log.get(usize::try_from(position.0.checked_sub(1)?).ok()?)
    }
}

/// Returns up to `limit` of `all`, whose places count from 1, in the order of the cursor.
pub(super) fn page<T: Clone>(all: &[T], cursor: Cursor<u64>, limit: u32) -> Vec<T> {
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
