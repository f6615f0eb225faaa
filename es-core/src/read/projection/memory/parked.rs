//! Parked events of a version.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use tokio::time::Instant;

use super::clock::Clock;
use crate::event::metadata::Reason;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::recorded::RecordedEvent;
use crate::read::projection::tries::Tries;
use crate::read::projection::{
    Dropped, FailedAgain, Failure, NewParked, Parked, ParkedSelector, ProjectionKey, Slot,
    Unreadable,
};
use crate::stream::Position;

/// Events per key, in order. The first one of a key is the only one that may be due.
#[derive(Clone, Debug, Default)]
pub(super) struct ParkedEvents {
    keys: BTreeMap<ProjectionKey, Queue>,
    /// The times at which the first event of each key is due, so that due keys are found without a
    /// scan.
    due: BTreeSet<(Instant, ProjectionKey)>,
    /// Keys whose first event waits for a node that can read it.
    unreadable: BTreeSet<ProjectionKey>,
}

#[derive(Clone, Debug)]
struct Queue {
    slot: Slot,
    events: BTreeMap<Position, Waiting>,
    /// The moment under which the key is in `due`.
    due: Option<Instant>,
}

#[derive(Clone, Debug)]
struct Waiting {
    event: RecordedEvent,
    error: Option<String>,
    tries: Tries<Instant>,
    since: Instant,
    dropped: Option<String>,
}

impl ParkedEvents {
    pub(super) fn add(&mut self, new: NewParked) {
        let now = Instant::now();
        let mut waiting = Waiting {
            event: new.event,
            error: None,
            tries: Tries::none(),
            since: now,
            dropped: None,
        };
        if let Some(failure) = new.failure {
            waiting.failed(failure, now);
        }
        let empty = Queue { slot: new.slot, events: BTreeMap::new(), due: None };
        let queue = self.keys.entry(new.key.clone()).or_insert(empty);
        queue.events.insert(waiting.event.position, waiting);
        self.first_has_changed(&new.key);
    }

    pub(super) fn failed_again(&mut self, failed: FailedAgain, clock: Clock) {
        let queue = self.keys.get_mut(&failed.key);
        let Some(waiting) = queue.and_then(|queue| queue.events.get_mut(&failed.position)) else {
            return;
        };
        let due = waiting.tries.due.map(|at| clock.timestamp(at));
        if (waiting.tries.count, due) == (failed.attempts, failed.next_attempt) {
            waiting.failed(failed.failure, Instant::now());
            self.first_has_changed(&failed.key);
        }
    }

    /// Removes an event that is done. Returns it if somebody wanted it dropped.
    pub(super) fn settle(
        &mut self,
        key: &ProjectionKey,
        at: Position,
        clock: Clock,
    ) -> Option<Dropped> {
        let done = self.keys.get_mut(key)?.events.remove(&at);
        self.first_has_changed(key);
        let Waiting { event, error, dropped, .. } = done?;
        let now = clock.timestamp(Instant::now());
        let dropped = Dropped::new(key.clone(), at, event.id, dropped?, now);
        Some(Dropped { error, ..dropped })
    }

    /// The number of keys that are chosen.
    pub(super) fn chosen(&self, keys: &ParkedSelector) -> u64 {
        match keys {
            ParkedSelector::One(key) => u64::from(self.keys.contains_key(key)),
            ParkedSelector::All => self.keys.len() as u64,
        }
    }

    /// True if the event at `at` is the first one of its key.
    pub(super) fn is_first(&self, key: &ProjectionKey, at: Position) -> bool {
        let queue = self.keys.get(key);
        queue.is_some_and(|queue| queue.events.keys().next() == Some(&at))
    }

    pub(super) fn replay(&mut self, keys: &ParkedSelector) {
        let keys: Vec<_> = match keys {
            ParkedSelector::One(key) => {
                self.keys.contains_key(key).then(|| key.clone()).into_iter().collect()
            }
            ParkedSelector::All => self.keys.keys().cloned().collect(),
        };
        for key in &keys {
            if let Some(first) = self.first_mut(key) {
                first.tries = first.tries.replayed(Instant::now());
            }
            self.first_has_changed(key);
        }
    }

    /// Marks the event at `at` to be dropped, and makes it due, if it is the first of its key.
    pub(super) fn drop_first(&mut self, key: &ProjectionKey, at: Position, reason: &Reason) {
        if let Some(first) = self.first_mut(key).filter(|first| first.event.position == at) {
            first.dropped = Some(reason.to_string());
            first.tries.due = Some(Instant::now());
            self.first_has_changed(key);
        }
    }

    fn first_mut(&mut self, key: &ProjectionKey) -> Option<&mut Waiting> {
        self.keys.get_mut(key)?.events.values_mut().next()
    }

    /// Keeps `due` in step with the event that has come to the front.
    fn first_has_changed(&mut self, key: &ProjectionKey) {
        let Some(queue) = self.keys.get_mut(key) else { return };
        if let Some(before) = queue.due.take() {
            self.due.remove(&(before, key.clone()));
        }
        self.unreadable.remove(key);
        let Some(first) = queue.events.values_mut().next() else {
            self.keys.remove(key);
            return;
        };
        first.tries = first.tries.in_front(Instant::now());
        if first.tries.is_unreadable {
            self.unreadable.insert(key.clone());
        }
        queue.due = first.tries.due;
        self.due.extend(queue.due.map(|due| (due, key.clone())));
    }
}

impl ParkedEvents {
    pub(super) fn is_due(&self, slots: &[Slot]) -> bool {
        self.due_in(slots).next().is_some()
    }

    pub(super) fn due(
        &self,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
        clock: Clock,
    ) -> Vec<Parked> {
        let is_due = |queue: &Queue| queue.due.is_some_and(|due| due <= Instant::now());
        let waiting = self.unreadable.iter().filter_map(|key| self.keys.get_key_value(key));
        let waiting = waiting.filter(|(_, queue)| {
            slots.contains(&queue.slot)
                && !is_due(queue)
                && queue.events.values().next().is_some_and(|first| !first.is_one_of(unreadable))
        });
        let due = waiting.chain(self.due_in(slots)).take(limit as usize);
        let first = due.filter_map(|(key, queue)| {
            queue.events.values().next().map(|first| first.parked(key, queue.slot, clock))
        });
        first.collect()
    }

    /// The most overdue first.
    fn due_in<'a>(
        &'a self,
        slots: &'a [Slot],
    ) -> impl Iterator<Item = (&'a ProjectionKey, &'a Queue)> {
        let now = Instant::now();
        let due = self.due.iter().take_while(move |(due, _)| *due <= now);
        let queues = due.filter_map(|(_, key)| self.keys.get_key_value(key));
        queues.filter(|(_, queue)| slots.contains(&queue.slot))
    }

    pub(super) fn blocked(&self, slots: &[Slot]) -> Vec<ProjectionKey> {
        let keys = self.keys.iter().filter(|(_, queue)| slots.contains(&queue.slot));
        keys.map(|(key, _)| key.clone()).collect()
    }

    pub(super) fn parked(
        &self,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
        clock: Clock,
    ) -> Vec<Parked> {
        let Some(queue) = self.keys.get(key) else { return Vec::new() };
        let later = queue.events.range((Bound::Excluded(after), Bound::Unbounded));
        let later = later.take(limit as usize);
        later.map(|(_, waiting)| waiting.parked(key, queue.slot, clock)).collect()
    }

    /// The first event of each key after a key.
    pub(super) fn first(
        &self,
        after: Option<&ProjectionKey>,
        limit: u32,
        clock: Clock,
    ) -> Vec<Parked> {
        let after = after.map_or(Bound::Unbounded, Bound::Excluded);
        let later = self.keys.range::<ProjectionKey, _>((after, Bound::Unbounded));
        let first = later.filter_map(|(key, queue)| {
            let mut first = queue.events.values().next()?.parked(key, queue.slot, clock);
            first.behind = queue.events.len() as u64 - 1;
            Some(first)
        });
        first.take(limit as usize).collect()
    }

    /// The slot of every key.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.keys.values().map(|queue| queue.slot)
    }

    /// An event that waits for a node that can read it.
    pub(super) fn unreadable(&self) -> Vec<Unreadable> {
        let mut kinds: BTreeMap<_, u64> = BTreeMap::new();
        for first in
            self.unreadable.iter().filter_map(|key| self.keys.get(key)?.events.values().next())
        {
            let raw = &first.event.event;
            *kinds.entry((raw.name.clone(), raw.version)).or_default() += 1;
        }
        let kinds = kinds.into_iter();
        kinds.map(|((event, version), keys)| Unreadable::new(event, version, keys)).collect()
    }

    pub(super) fn events(&self) -> u64 {
        self.keys.values().map(|queue| queue.events.len() as u64).sum()
    }
}

impl Waiting {
    fn failed(&mut self, failure: Failure, now: Instant) {
        self.tries = self.tries.after(&failure, failure.retry_in.map(|after| now + after));
        self.error = Some(failure.error);
    }

    fn is_one_of(&self, kinds: &[(EventName, SchemaVersion)]) -> bool {
        let raw = &self.event.event;
        kinds.iter().any(|(name, version)| *name == raw.name && *version == raw.version)
    }

    fn parked(&self, key: &ProjectionKey, slot: Slot, clock: Clock) -> Parked {
        let (event, since) = (self.event.clone(), clock.timestamp(self.since));
        let mut parked = Parked::new(slot, key.clone(), event, since);
        parked.error.clone_from(&self.error);
        parked.attempts = self.tries.count;
        parked.next_attempt = self.tries.due.map(|at| clock.timestamp(at));
        parked.dropped.clone_from(&self.dropped);
        parked.is_unreadable = self.tries.is_unreadable;
        parked
    }
}
