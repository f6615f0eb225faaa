//! Logs that are held up: readers wait for an open append.

use std::fmt;
use std::time::Duration;

use crate::stream::Position;

/// A log that is held up at a position: later events are stored, but an open append may still add
/// some before them. All readers of the log wait for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeldUp {
    /// The position up to which the log is complete.
    pub position: Position,
    /// The number of positions that were assigned beyond it.
    pub behind: u64,
    /// The time that the first event behind it has waited to be read.
    pub time: Duration,
    /// The owner of the append, as the store names it: a session of a database, for example.
    pub by: String,
}

impl HeldUp {
    /// A log that is held up: for the authors of stores.
    #[must_use]
    pub fn new(position: Position, behind: u64, time: Duration, by: String) -> Self {
        Self { position, behind, time, by }
    }
}

impl fmt::Display for HeldUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, behind, time, by } = self;
        let seconds = time.as_secs();
        write!(
            f,
            "the log has been held up at position {position} for {seconds} s by an open append of {by}; \
             {behind} positions were given behind it"
        )
    }
}
