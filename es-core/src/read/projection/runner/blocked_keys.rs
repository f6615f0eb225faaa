//! Keys that wait for a retry, and the time of the next one.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::read::projection::{ProjectionKey, Slot};

/// The keys of the node's slots with parked events, and when the next of them is due.
///
/// Nobody else adds to them or settles them while the node holds their slots, so what was loaded when
/// they were claimed stays true.
#[derive(Debug, Default)]
pub(super) struct WaitingKeys {
    keys: HashSet<ProjectionKey>,
    due: BinaryHeap<Reverse<Instant>>,
    is_due: bool,
}

impl WaitingKeys {
    /// The most keys that may wait in one node. More of them stop the projection: then it is not a
    /// few events that are wrong.
    pub(super) const MOST: usize = 100_000;

    pub(super) fn is_blocked(&self, key: &ProjectionKey) -> bool {
        self.keys.contains(key)
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn are_too_many(&self) -> bool {
        self.keys.len() > Self::MOST
    }

    pub(super) fn block(&mut self, keys: impl IntoIterator<Item = ProjectionKey>) {
        self.keys.extend(keys);
    }

    pub(super) fn free(&mut self, key: &ProjectionKey) {
        self.keys.remove(key);
    }

    /// Forgets the keys of slots that are not the node's any more.
    pub(super) fn forget(&mut self, slots: &[Slot]) {
        if !slots.is_empty() {
            self.keys.retain(|key| !slots.contains(&Slot::of(key)));
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Schedules a retry after `delay`, from now on. To be called after the commit, so that the
    /// retry is due then by the clock of the store, too.
    pub(super) fn retry_in(&mut self, delay: Duration) {
        self.due.push(Reverse(Instant::now() + delay));
    }

    /// Notes that a retry may be due now.
    pub(super) fn look_now(&mut self) {
        self.is_due = true;
    }

    /// Returns true if a retry may be due, and resets that: the caller handles all that was due
    /// until now.
    pub(super) fn take_due(&mut self) -> bool {
        let now = Instant::now();
        while self.due.peek().is_some_and(|Reverse(due)| *due <= now) {
            self.due.pop();
            self.is_due = true;
        }
        std::mem::take(&mut self.is_due)
    }

    /// True if something may be due; asking changes nothing.
    pub(super) fn has_due(&self) -> bool {
        self.next_due().is_some_and(|due| due <= Instant::now())
    }

    /// Returns the time of the next retry, as far as this node knows; the heartbeats tell of the
    /// others.
    pub(super) fn next_due(&self) -> Option<Instant> {
        if self.is_due {
            return Some(Instant::now());
        }
        self.due.peek().map(|Reverse(due)| *due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &'static str) -> ProjectionKey {
        ProjectionKey::new(name).unwrap()
    }

    #[test]
    fn the_keys_of_a_slot_go_with_it() {
        let mut waiting = WaitingKeys::default();
        waiting.block([key("account/ada"), key("account/bob")]);

        waiting.forget(&[Slot::of(&key("account/ada"))]);

        assert!(!waiting.is_blocked(&key("account/ada")));
        assert!(waiting.is_blocked(&key("account/bob")));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_due_is_told_once() {
        let mut waiting = WaitingKeys::default();
        waiting.retry_in(Duration::from_secs(1));
        assert!(!waiting.take_due());

        tokio::time::advance(Duration::from_secs(2)).await;

        assert!(waiting.take_due());
        assert!(!waiting.take_due());
        assert_eq!(waiting.next_due(), None);
    }
}
