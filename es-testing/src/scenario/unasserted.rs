//! The reminder inside every stage that has no `then` yet.

use std::panic::Location;
use std::thread;

/// Panics when it is dropped unfulfilled, unless the thread panics already.
#[derive(Debug)]
pub(crate) struct Unasserted {
    begun: Option<&'static Location<'static>>,
}

impl Unasserted {
    /// Reminds of the scenario that begins at the caller.
    #[track_caller]
    pub(crate) fn here() -> Self {
        Self { begun: Some(Location::caller()) }
    }

    /// The scenario asserts something.
    pub(crate) fn fulfil(mut self) {
        self.begun = None;
    }
}

impl Drop for Unasserted {
    fn drop(&mut self) {
        if let Some(begun) = self.begun
            && !thread::panicking()
        {
            panic!("this scenario asserts nothing: end it with a `then` ({begun})");
        }
    }
}
