//! Options of running a saga.

use std::time::Duration;

use crate::read::projection::RunOptions;
use crate::read::subscription::Start;

/// The options of running a saga; the defaults are right for most.
///
/// ```
/// use es_core::sagas::SagaOptions;
///
/// let few = SagaOptions::default().with_in_flight(8);
/// assert_eq!(few.in_flight(), 8);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SagaOptions {
    in_flight: usize,
    lease: Duration,
    grace: Duration,
    start: Start,
}

impl Default for SagaOptions {
    fn default() -> Self {
        let ten = Duration::from_secs(10);
        Self { in_flight: 64, lease: ten, grace: ten, start: Start::Now }
    }
}

impl SagaOptions {
    /// Sets the most instances that this process drives at once, at least one; 64 by default. Those that wait for an
    /// instant or for a person do not count.
    #[must_use]
    pub fn with_in_flight(mut self, instances: usize) -> Self {
        self.in_flight = instances.max(1);
        self
    }

    /// Sets the time for which a node keeps its slots without a heartbeat, at least 50 ms; ten seconds by default.
    /// When a process has crashed, others go on with its instances after that time.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Sets the time that attempts under way have to end when the saga is stopped in this process; ten seconds by
    /// default. Nothing is begun after them. What is cut off is resumed by another process.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets where a saga that is new begins to hear the events that start its instances; [`Start::Now`] by default.
    /// [`Start::Beginning`] starts an instance for each event that was ever stored.
    #[must_use]
    pub fn with_start(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// The place where a saga that is new begins.
    #[must_use]
    pub fn start(&self) -> Start {
        self.start
    }

    /// The most instances that this process drives at once.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The time for which a node keeps its slots without a heartbeat.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// The time that attempts under way have to end.
    #[must_use]
    pub fn grace(&self) -> Duration {
        self.grace
    }

    pub(super) fn of_slots(&self) -> RunOptions {
        RunOptions::default().with_lease(self.lease)
    }
}
