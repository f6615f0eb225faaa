//! Waiting for locks in slices.
//!
//! A statement that waits cannot be called back, and whoever asked for it may have gone. So it
//! waits for a slice, and is sent again if somebody still listens.
//!
//! With its slice it gives up its place in the server's queue for the lock. So each slice is twice
//! as long as the one before: however many queue there, one of them is long enough. A caller that
//! goes away leaves behind no longer a wait than it has waited itself.

use std::time::Duration;

use es_core::{Append, StreamAppend};

/// The first slice.
const FIRST: Duration = Duration::from_secs(1);

/// The length of the longest slice.
const LONGEST: Duration = Duration::from_secs(32);

/// The slice of who holds some locks while it waits for others: those who wait for what it holds wait no longer. It is over
/// before the server looks for deadlocks, one second unless told otherwise, and would end a transaction of the
/// service that waits for it.
const SHORT: Duration = Duration::from_millis(800);

/// The length of the slice that comes next.
pub(crate) struct Slices {
    next: Duration,
    longest: Duration,
}

impl Slices {
    /// For who waits for one thing and holds nothing that others wait for.
    pub(crate) const fn new() -> Self {
        Self { next: FIRST, longest: LONGEST }
    }

    /// For who may hold some of several things while it waits for the rest.
    const fn short() -> Self {
        Self { next: SHORT, longest: SHORT }
    }

    /// Those that fit an append.
    pub(crate) fn of(append: &Append) -> Self {
        let is_alone = |part: &StreamAppend| part.events.iter().all(|event| event.tags.is_empty());
        match append.parts() {
            [part] if append.condition().is_none() && is_alone(part) => Self::new(),
            _ => Self::short(),
        }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let slice = self.next;
        self.next = self.longest.min(slice * 2);
        slice
    }
}
