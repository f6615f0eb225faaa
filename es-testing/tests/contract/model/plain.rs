//! The plain model of a store: one list of events, looked through from its beginning each time.

use es_core::{
    Append, AppendError, Appended, Condition, Conflict, EventId, ExpectedVersion, NewEvent,
    Position, Query, RecordedEvent, Snapshot, StreamId, Tag, Version,
};

#[derive(Clone, Default)]
pub(crate) struct Plain {
    /// In the order of the log.
    log: Vec<(RecordedEvent, Vec<Tag>)>,
    snapshots: Vec<(StreamId, Snapshot)>,
}

/// What an append has to come to.
#[derive(Debug)]
enum Verdict {
    Stored,
    /// Per part the version and the positions.
    Already(Vec<(Version, Vec<Position>)>),
    /// One of these ids is named.
    Duplicate(Vec<EventId>),
    /// The conflict, or one of these positions, is named.
    Refused {
        conflict: Option<Conflict>,
        unseen: Vec<Position>,
    },
}

impl Plain {
    fn verdict(&self, append: &Append) -> Verdict {
        let new: Vec<_> = append.parts().iter().flat_map(|part| &part.events).collect();
        let known: Vec<_> =
            new.iter().map(|event| event.id).filter(|id| self.find(*id).is_some()).collect();
        if !known.is_empty() {
            let parts = append.parts().iter();
            let places = parts.map(|part| self.places_of(&part.stream, &part.events));
            return match places.collect() {
                Some(places) => Verdict::Already(places),
                None => Verdict::Duplicate(known),
            };
        }
        let conflict = append.parts().iter().find_map(|part| {
            let actual = self.version(&part.stream);
            let fits = match part.expected {
                ExpectedVersion::Any => true,
                ExpectedVersion::NoStream => actual == 0,
                ExpectedVersion::StreamExists => actual != 0,
                ExpectedVersion::Exact(expected) => actual == expected.0,
            };
            let stream = part.stream.clone();
            (!fits).then(|| Conflict::new(stream, part.expected, Version(actual)))
        });
        let unseen = append.condition().map(|condition| self.unseen(condition)).unwrap_or_default();
        match (conflict, unseen) {
            (None, unseen) if unseen.is_empty() => Verdict::Stored,
            (conflict, unseen) => Verdict::Refused { conflict, unseen },
        }
    }

    /// Checks the answer of the store, and takes what was stored; otherwise says what is wrong.
    pub(crate) fn take(
        &mut self,
        append: &Append,
        answer: &Result<Appended, AppendError>,
    ) -> Result<(), String> {
        let is_right = match (self.verdict(append), answer) {
            (Verdict::Stored, Ok(answer)) => {
                self.check_places(append, answer)?;
                self.store(append, answer);
                true
            }
            (Verdict::Already(places), Ok(answer)) => {
                let answered = answer.streams.iter();
                let answered: Vec<_> =
                    answered.map(|part| (part.version, part.positions.clone())).collect();
                answer.already && answered == places
            }
            (Verdict::Duplicate(ids), Err(AppendError::DuplicateEvent { id })) => ids.contains(id),
            (Verdict::Refused { conflict, .. }, Err(AppendError::Conflict(told))) => {
                conflict.as_ref() == Some(told)
            }
            (Verdict::Refused { unseen, .. }, Err(AppendError::Condition(told))) => {
                unseen.contains(&told.position)
            }
            _ => false,
        };
        let wrong = || format!("{:?} became {answer:?}", self.verdict(append));
        if is_right { Ok(()) } else { Err(wrong()) }
    }

    /// Checks that the events continue their streams, at positions that rise along each.
    fn check_places(&self, append: &Append, answer: &Appended) -> Result<(), String> {
        let parts = append.parts().iter().zip(&answer.streams);
        let are_right = parts.clone().all(|(part, answer)| {
            let stored = self.stream(&part.stream);
            let version = stored.len() + part.events.len();
            let last = stored.last().map_or(Position::START, |event| event.position);
            (&answer.stream, answer.version) == (&part.stream, Version(version as u64))
                && answer.positions.len() == part.events.len()
                && [&[last], &answer.positions[..]].concat().is_sorted_by(|one, next| one < next)
        });
        let is_whole = append.parts().len() == answer.streams.len() && !answer.already;
        if are_right && is_whole { Ok(()) } else { Err(format!("the places in {answer:?}")) }
    }

    /// Takes what was stored, at the places of the answer.
    fn store(&mut self, append: &Append, answer: &Appended) {
        for (part, answer) in append.parts().iter().zip(&answer.streams) {
            for (new, position) in part.events.iter().zip(&answer.positions) {
                let recorded = RecordedEvent::new(
                    new.id,
                    part.stream.clone(),
                    Version(self.version(&part.stream) + 1),
                    *position,
                    answer.recorded_at,
                    new.metadata.clone(),
                    new.event.clone(),
                );
                self.log.push((recorded, new.tags.clone()));
            }
        }
        self.log.sort_by_key(|(event, _)| event.position);
    }

    pub(crate) fn log(&self) -> Vec<RecordedEvent> {
        self.log.iter().map(|(event, _)| event.clone()).collect()
    }

    pub(crate) fn positions(&self) -> Vec<Position> {
        self.log.iter().map(|(event, _)| event.position).collect()
    }

    pub(crate) fn stream(&self, stream: &StreamId) -> Vec<RecordedEvent> {
        let events = self.log.iter().map(|(event, _)| event);
        events.filter(|event| event.stream == *stream).cloned().collect()
    }

    pub(crate) fn version(&self, stream: &StreamId) -> u64 {
        self.log.iter().filter(|(event, _)| event.stream == *stream).count() as u64
    }

    /// What matches after a position, each with the places of the items that it matches.
    pub(crate) fn matching(
        &self,
        query: &Query,
        after: Position,
    ) -> Vec<(RecordedEvent, Vec<usize>)> {
        let mut found = Vec::new();
        for (event, tags) in &self.log {
            let mut items = Vec::new();
            for (nth, item) in query.items().iter().enumerate() {
                let mut types = item.types().iter();
                let of_type =
                    item.types().is_empty() || types.any(|name| *name == event.event.name);
                let missing = item.tags().iter().find(|asked| !tags.contains(asked));
                if of_type && missing.is_none() {
                    items.push(nth);
                }
            }
            if !items.is_empty() && event.position > after {
                found.push((event.clone(), items));
            }
        }
        found
    }

    pub(crate) fn keep(&mut self, stream: &StreamId, snapshot: Snapshot, keep: u32) {
        let (mut own, others): (Vec<_>, Vec<_>) =
            self.snapshots.drain(..).partition(|(of, _)| of == stream);
        own.retain(|(_, old)| (old.shape, old.version) != (snapshot.shape, snapshot.version));
        own.push((stream.clone(), snapshot));
        own.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.version));
        own.truncate(keep as usize);
        self.snapshots = [others, own].concat();
    }

    pub(crate) fn snapshots(&self, stream: &StreamId) -> Vec<Snapshot> {
        let of_stream = self.snapshots.iter().filter(|(of, _)| of == stream);
        of_stream.map(|(_, snapshot)| snapshot.clone()).collect()
    }

    fn find(&self, id: EventId) -> Option<&RecordedEvent> {
        self.log.iter().map(|(event, _)| event).find(|event| event.id == id)
    }

    /// Where these events stand, if they follow one another in the stream.
    fn places_of(&self, stream: &StreamId, new: &[NewEvent]) -> Option<(Version, Vec<Position>)> {
        let stored = self.stream(stream);
        let Some(first) = new.first() else {
            return Some((Version(stored.len() as u64), Vec::new()));
        };
        let mut rest = stored.into_iter().skip_while(|event| event.id != first.id);
        let mut version = Version::NONE;
        let mut positions = Vec::new();
        for event in new {
            let there = rest.next().filter(|there| there.id == event.id)?;
            version = there.version;
            positions.push(there.position);
        }
        Some((version, positions))
    }

    fn unseen(&self, condition: &Condition) -> Vec<Position> {
        let matching = self.matching(&condition.query, condition.after);
        let positions = matching.into_iter().map(|(event, _)| event.position);
        positions.filter(|position| !condition.known.contains(position)).collect()
    }
}
