//! Options of running a projection.

use std::time::Duration;

use super::OnFailure;

/// The options of running a projection; the defaults are right for most.
///
/// ```
/// use std::time::Duration;
///
/// use es_core::OnFailure;
/// use es_core::projection::RunOptions;
///
/// let mails = RunOptions::default().with_batch(50).with_on_failure(OnFailure::Retry);
/// assert_eq!(mails.batch(), 50);
/// assert_eq!(mails.lease(), Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOptions {
    batch: u32,
    linger: Duration,
    lease: Duration,
    /// The treatment that was chosen; `None` for the default, which depends on the kind of
    /// projection.
    on_failure: Option<OnFailure>,
    sampled_keys: u32,
    event_limit: Duration,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            batch: 500,
            linger: Duration::ZERO,
            lease: Duration::from_secs(10),
            on_failure: None,
            sampled_keys: 20,
            event_limit: Duration::from_secs(60),
        }
    }
}

impl RunOptions {
    /// Sets the most events of a batch, at least one; 500 by default. The log is read at least 200
    /// events at a time.
    #[must_use]
    pub fn with_batch(mut self, events: u32) -> Self {
        self.batch = events.max(1);
        self
    }

    /// Sets the time to wait for more events if there are fewer than fit in a batch; zero by
    /// default. Rows come later by as much, and batches are larger if events come one by one.
    #[must_use]
    pub fn with_linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// Sets the time for which a node keeps its slots without a heartbeat, at least 50 ms; ten
    /// seconds by default. The lease is renewed beside the handlers, so a batch may take longer;
    /// but a handler that writes nothing for so long holds up others, and its batch is rolled back.
    /// Stopping takes no longer than this.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(50));
        self
    }

    /// Sets the treatment of events that cannot be handled. By default they are parked after
    /// [five](OnFailure::ATTEMPTS) tries, except for writes into an [external
    /// destination](super::Projections::run_into), which are tried again until they are done.
    #[must_use]
    pub fn with_on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = Some(on_failure);
        self
    }

    /// Limits the time that one event may be in a handler's hands; a minute by default. After that
    /// time the handler is cancelled, and the event has failed. Events that are handled many at
    /// once share that time, and are handled one by one after it.
    #[must_use]
    pub fn with_event_limit(mut self, limit: Duration) -> Self {
        self.event_limit = limit;
        self
    }

    /// Sets the number of keys that are drawn from the log, folded anew and
    /// [compared](super::ReadModel::rows_of) before a version that was built takes the place of the
    /// one that serves; 20 by default, none if 0. If the key is not the stream, that reads the log
    /// once more.
    #[must_use]
    pub fn with_sampled_keys(mut self, keys: u32) -> Self {
        self.sampled_keys = keys;
        self
    }

    /// The most events of a batch.
    #[must_use]
    pub fn batch(&self) -> u32 {
        self.batch
    }

    /// The time that a batch waits to be filled.
    #[must_use]
    pub fn linger(&self) -> Duration {
        self.linger
    }

    /// The time for which a node keeps its slots without a heartbeat.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// The treatment of events that cannot be handled, if it was said.
    #[must_use]
    pub fn on_failure(&self) -> Option<OnFailure> {
        self.on_failure
    }

    /// The time that one event may be in a handler's hands.
    #[must_use]
    pub fn event_limit(&self) -> Duration {
        self.event_limit
    }

    /// The number of keys that are folded anew before rebuilt rows serve.
    #[must_use]
    pub fn sampled_keys(&self) -> u32 {
        self.sampled_keys
    }
}
