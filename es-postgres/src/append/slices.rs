//! Waiting for locks in slices.
//!
//! A statement that waits cannot be called back, and whoever asked for it may have gone. So it
//! waits for a slice, and is sent again if somebody still listens.
//!
//! With its slice it gives up its place in the server's queue for the lock. So each slice is twice
//! as long as the one before: however many queue there, one of them is long enough. A caller that
//! goes away leaves behind no longer a wait than it has waited itself.

use std::time::Duration;

/// The first slice.
const FIRST: Duration = Duration::from_secs(1);

/// The length of the longest slice.
const LONGEST: Duration = Duration::from_secs(32);

/// The length of the slice that comes next.
pub(crate) struct Slices(Duration);

impl Slices {
    pub(crate) const fn new() -> Self {
        Self(FIRST)
    }

    pub(crate) fn next(&mut self) -> Duration {
        let slice = self.0;
        self.0 = LONGEST.min(slice * 2);
        slice
    }
}
