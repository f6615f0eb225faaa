//! Rules of the tries of a parked event.
//!
//! ```text
//! failed      ── a try counts, and the next one is due after a delay, or never
//!             ── but for a node that is too old to read the event: that is no try
//! settled     ── the next event of the key comes to the front: due at once, unless it was tried before
//! replayed    ── due at once, with all tries before it
//! ```
//!
//! A store that keeps parked events in a database has them in its statements; the contract of projections
//! compares the two in its modules `due`, `parked` and `rollout`.

use super::Failure;

/// The tries of a parked event, by a clock whose instants are `T`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tries<T> {
    /// The number of tries that failed.
    pub(super) count: u32,
    /// The instant of the next one; `None` if there is none.
    pub(super) due: Option<T>,
    /// True if the event waits for a node that can read it.
    pub(super) is_unreadable: bool,
}

impl<T> Tries<T> {
    /// No tries yet: the event waits behind another one of its key.
    pub(super) fn none() -> Self {
        Self { count: 0, due: None, is_unreadable: false }
    }

    /// The tries after one more that failed, with the next one at `due`.
    pub(super) fn after(&self, failure: &Failure, due: Option<T>) -> Self {
        let is_unreadable = failure.is_unreadable;
        Self { count: self.count.saturating_add(u32::from(!is_unreadable)), due, is_unreadable }
    }

    /// The tries of an event that has come to the front of its key, as those before it are settled.
    pub(super) fn in_front(self, now: T) -> Self {
        let was_tried = self.count > 0 || self.due.is_some() || self.is_unreadable;
        if was_tried { self } else { Self { due: Some(now), ..self } }
    }

    /// The tries of an event that is to be tried again, as if it had never been.
    pub(super) fn replayed(self, now: T) -> Self {
        Self { count: 0, due: Some(now), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 100;

    fn tries(count: u32, due: Option<u64>, is_unreadable: bool) -> Tries<u64> {
        Tries { count, due, is_unreadable }
    }

    #[test]
    fn an_event_that_comes_to_the_front_is_due_if_it_was_never_tried() {
        let table = [
            ("it has only waited", tries(0, None, false), Some(NOW)),
            ("it has failed and is tried again", tries(2, Some(120), false), Some(120)),
            ("it has failed for good", tries(5, None, false), None),
            ("it was replayed", tries(0, Some(90), false), Some(90)),
            ("it waits for a node that can read it", tries(0, None, true), None),
        ];

        for (what, before, due) in table {
            assert_eq!(before.in_front(NOW), Tries { due, ..before }, "{what}");
        }
    }

    #[test]
    fn a_try_that_failed_counts_unless_the_node_was_too_old() {
        let failed = Failure::new("it failed".into(), None);
        let too_old = Failure::unreadable("it is too new".into());

        assert_eq!(tries(1, Some(90), false).after(&failed, Some(120)), tries(2, Some(120), false));
        assert_eq!(tries(1, Some(90), false).after(&too_old, None), tries(1, None, true));
        assert_eq!(tries(1, None, true).after(&failed, None), tries(2, None, false), "it was read");
    }

    #[test]
    fn an_event_that_is_replayed_has_all_its_tries_before_it() {
        assert_eq!(tries(5, None, false).replayed(NOW), tries(0, Some(NOW), false));
    }
}
