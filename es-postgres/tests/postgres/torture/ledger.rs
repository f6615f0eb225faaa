//! What was asked, what was answered, and what the store holds in the end.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use es_core::prelude::*;
use es_core::{AppendError, Appended, EventId, RecordedEvent};

/// Everything that must never happen, counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Violations {
    pub(super) acknowledged_but_missing: usize,
    pub(super) acknowledged_but_different: usize,
    pub(super) refused_but_present: usize,
    pub(super) accepted_twice: usize,
    pub(super) stored_in_part: usize,
    pub(super) false_conflicts: usize,
    pub(super) stale_actual_versions: usize,
    pub(super) broken_streams: usize,
    pub(super) lost_or_doubled_at_a_reader: usize,
    pub(super) inverted_at_a_reader: usize,
    pub(super) never_answered: usize,
    pub(super) unexpected_errors: Vec<String>,
}

/// What is known of one append.
#[derive(Default)]
struct Fate {
    answers: Vec<Appended>,
    /// It was refused or rolled back.
    refused: bool,
}

#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    appends: Vec<(Append, Fate)>,
    /// By the first event of each.
    of: HashMap<EventId, usize>,
    /// The greatest version that was acknowledged.
    acknowledged: HashMap<StreamId, Version>,
    violations: Violations,
}

impl Ledger {
    pub(super) fn note(&self, append: &Append) {
        let mut book = self.0.lock().unwrap();
        let nth = book.appends.len();
        book.of.insert(first_id(append), nth);
        book.appends.push((append.clone(), Fate::default()));
    }

    pub(super) fn acknowledged(&self, append: &Append) -> Vec<Version> {
        let book = self.0.lock().unwrap();
        let of = |stream| book.acknowledged.get(stream).copied().unwrap_or_default();
        append.parts().iter().map(|part| of(&part.stream)).collect()
    }

    /// An answer to a call before which `before` was acknowledged. Says whether the call is over: a
    /// transient failure is sent again.
    pub(super) fn answered(
        &self,
        append: &Append,
        before: &[Version],
        answer: Result<Appended, AppendError>,
    ) -> bool {
        let book = &mut *self.0.lock().unwrap();
        let fate = &mut book.appends[book.of[&first_id(append)]].1;
        match answer {
            Ok(appended) => {
                for stream in &appended.streams {
                    let known = book.acknowledged.entry(stream.stream.clone()).or_default();
                    *known = stream.version.max(*known);
                }
                let again = fate.answers.iter().any(|other| !other.already);
                book.violations.accepted_twice += usize::from(again && !appended.already);
                fate.answers.push(appended);
            }
            Err(AppendError::Conflict(conflict)) => {
                fate.refused = true;
                let parts = append.parts().iter();
                let nth = parts.clone().position(|part| part.stream == conflict.stream).unwrap();
                book.violations.stale_actual_versions += usize::from(conflict.actual < before[nth]);
                let met = conflict.expected.accepts(conflict.actual);
                book.violations.false_conflicts += usize::from(met);
            }
            Err(AppendError::Store(error)) if error.is_transient() => return false,
            Err(error) => book.violations.unexpected_errors.push(format!("{error:?}")),
        }
        true
    }

    /// The transaction that held `append` was rolled back.
    pub(super) fn rolled_back(&self, append: &Append) {
        let mut book = self.0.lock().unwrap();
        let nth = book.of[&first_id(append)];
        book.appends[nth].1.refused = true;
    }

    pub(super) fn never_answered(&self) {
        self.0.lock().unwrap().violations.never_answered += 1;
    }

    /// Compares all answers, and what the readers saw, with the log as it is now.
    pub(super) fn close(self, log: &[RecordedEvent], readers: &[Vec<Position>]) -> Violations {
        let book = &mut *self.0.lock().unwrap();
        let mut violations = std::mem::take(&mut book.violations);
        let stored: HashMap<EventId, &RecordedEvent> =
            log.iter().map(|event| (event.id, event)).collect();
        for (append, fate) in &book.appends {
            let events = append.parts().iter().flat_map(|part| &part.events);
            let present = events.filter(|event| stored.contains_key(&event.id)).count();
            let missing = append.events() - present;
            violations.stored_in_part += usize::from(present > 0 && missing > 0);
            let acknowledged = !fate.answers.is_empty();
            violations.refused_but_present += usize::from(fate.refused && present > 0);
            violations.acknowledged_but_missing += usize::from(acknowledged && missing > 0);
            let differs = fate.answers.iter().any(|answer| differs(append, answer, &stored));
            violations.acknowledged_but_different += usize::from(differs);
        }
        let mut streams: BTreeMap<&StreamId, Vec<&RecordedEvent>> = BTreeMap::new();
        for event in log {
            streams.entry(&event.stream).or_default().push(event);
        }
        for events in streams.values_mut() {
            events.sort_by_key(|event| event.version);
            let counted = (1..).zip(&*events).all(|(version, event)| event.version.0 == version);
            let rising = events
                .is_sorted_by(|a, b| a.position < b.position && a.recorded_at <= b.recorded_at);
            violations.broken_streams += usize::from(!counted || !rising);
        }
        let truth: Vec<_> = log.iter().map(|event| event.position).collect();
        for seen in readers {
            violations.inverted_at_a_reader += usize::from(!seen.is_sorted_by(|a, b| a < b));
            violations.lost_or_doubled_at_a_reader += usize::from(*seen != truth);
        }
        violations
    }
}

/// Whether an answer says anything else than what is stored, or than what the append asked for.
fn differs(append: &Append, answer: &Appended, stored: &HashMap<EventId, &RecordedEvent>) -> bool {
    append.parts().iter().zip(&answer.streams).any(|(part, said)| {
        let before = said.version_before();
        let wrong = !part.expected.accepts(before) || said.stream != part.stream;
        let events = part.events.iter().zip(&said.positions).enumerate();
        wrong
            || said.positions.len() != part.events.len()
            || events.into_iter().any(|(nth, (new, position))| {
                stored.get(&new.id).is_some_and(|event| {
                    event.position != *position
                        || event.version != before.plus(nth + 1)
                        || event.stream != part.stream
                        || event.event != new.event
                        || event.recorded_at != said.recorded_at
                })
            })
    })
}

fn first_id(append: &Append) -> EventId {
    append.parts().iter().flat_map(|part| &part.events).next().unwrap().id
}
