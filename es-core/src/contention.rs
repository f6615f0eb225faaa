//! Conflicts of one command or decision: how long it goes on, and in which way.

use std::time::Duration;

use tokio::time::Instant;

use crate::append::{Append, Appended};
use crate::append_lock::AppendLock;
use crate::backoff;
use crate::error::{AppendError, StoreError, StoreErrorKind};
use crate::resend;
use crate::silence::{answered, answered_by};
use crate::store::EventStore;

/// For so long a command goes on that meets others, unless told otherwise: as long as a request is
/// willing to wait, and as long as a store may be away.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// No command goes on for longer, whatever it is told.
pub(crate) const LONGEST: Duration = Duration::from_hours(24);

/// So many attempts are made without waiting for a turn. Two cost less than a lock where somebody
/// passes by once; where others come all the time, each further one is lost as well.
pub(crate) const OPTIMISTIC: u32 = 2;

/// A store keeps to the time for a lock itself; one that does not answer has so long on top.
const GRACE: Duration = Duration::from_secs(1);

/// True if each of several that went together would meet the same failure by itself: trying them one by
/// one would only take as many times as long.
pub(crate) fn fails_all(error: &StoreError) -> bool {
    use StoreErrorKind::{NotMigrated, ReadOnly, StatementTimeout};
    error.is_transient() || matches!(error.kind(), NotMigrated | ReadOnly | StatementTimeout)
}

/// The attempts at one append.
pub(crate) struct Attempts {
    since: Instant,
    limit: Duration,
    /// The one that is under way, from 1.
    pub(crate) nth: u32,
    pauses: Pauses,
}

/// No more attempts.
pub(crate) struct Exhausted {
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Attempts {
    pub(crate) fn within(limit: Duration) -> Self {
        Self { since: Instant::now(), limit, nth: 1, pauses: Pauses::new() }
    }

    /// True if it is time to wait for a turn.
    pub(crate) fn is_locked(&self) -> bool {
        self.nth > OPTIMISTIC
    }

    /// The time that is left.
    pub(crate) fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed())
    }

    /// After a conflict: counts on, unless the time is up.
    pub(crate) fn next(&mut self) -> Result<(), Exhausted> {
        if self.left().is_zero() {
            return Err(Exhausted { attempts: self.nth, elapsed: self.since.elapsed() });
        }
        self.nth += 1;
        Ok(())
    }

    /// [`Pauses::pause`], within the limit.
    pub(crate) async fn pause(&mut self) {
        let left = self.left();
        self.pauses.pause(left).await;
    }
}

/// The moments between attempts without a lock.
pub(crate) struct Pauses(Box<dyn Iterator<Item = Duration> + Send>);

impl Pauses {
    pub(crate) fn new() -> Self {
        Self(Box::new(backoff::delays()))
    }

    /// Waits for a moment, so that those who race do not meet again at once; `left` at most. Nothing rests
    /// on its length: a conflict is found by the append alone.
    pub(crate) async fn pause(&mut self, left: Duration) {
        let delay = self.0.next().unwrap_or_default();
        tokio::time::sleep(delay.min(left)).await;
    }
}

/// The lock for an append like `draft`, if the store has such locks and one was to be had in time. A
/// store that fails here will say so at the next attempt.
pub(crate) async fn lock<S: EventStore>(
    store: &S,
    draft: &Append,
    wait: Duration,
) -> Option<AppendLock> {
    match answered_by(Instant::now() + wait + GRACE, store.lock(draft, wait)).await {
        Ok(lock) => lock,
        Err(error) => {
            tracing::debug!(target: "es", %error, "no lock for an append");
            None
        }
    }
}

/// Appends, through the lock if there is one. Whatever cut that short, the append goes out again as it
/// was.
pub(crate) async fn append<S: EventStore>(
    store: &S,
    lock: Option<AppendLock>,
    append: &Append,
) -> Result<Appended, AppendError> {
    if let Some(lock) = lock {
        match answered(lock.append(append.clone())).await {
            Err(AppendError::Store(error)) if error.is_transient() => {
                tracing::debug!(target: "es", %error, "sent again without a lock");
            }
            answer => return answer,
        }
    }
    resend::append(store, append).await
}
