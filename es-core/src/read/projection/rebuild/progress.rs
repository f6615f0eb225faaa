//! Progress of a rebuild in place.

use std::time::Duration;

use tokio::time::Instant;

use crate::stream::Position;

/// The progress of a rebuild in place.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct RebuildProgress {
    /// The number of events that were handled.
    pub events: u64,
    /// The position up to which the log is done.
    pub position: Position,
    /// The position at which the rebuild ends.
    pub of: Position,
    /// The rate since the rebuild began, in events a second.
    pub rate: f64,
    /// The remaining time at the rate so far; `None` as long as nothing is done.
    pub left: Option<Duration>,
}

/// The outcome of a rebuild in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebuilt {
    /// The number of events that were handled.
    pub events: u64,
    /// The rows show what happened up to here; what came later follows at the projection's own pace.
    pub position: Position,
}

/// Counts and measures.
#[derive(Debug)]
pub(super) struct Meter {
    began: Instant,
    pub(super) events: u64,
}

impl Meter {
    pub(super) fn start() -> Self {
        Self { began: Instant::now(), events: 0 }
    }

    pub(super) fn at(&self, position: Position, of: Position) -> RebuildProgress {
        let (events, passed) = (self.events, self.began.elapsed());
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let (done, left, rate) = (
            position.0 as f64,
            of.0.saturating_sub(position.0) as f64,
            events as f64 / passed.as_secs_f64().max(1e-6),
        );
        let left = passed.as_secs_f64() * left / done;
        let left = Duration::try_from_secs_f64(left).ok().filter(|_| position > Position::START);
        RebuildProgress { events, position, of, rate, left }
    }
}
