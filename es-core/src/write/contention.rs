//! Retry of a command or decision after a conflict: its time limit, its pauses and its lock.

use std::time::Duration;

use tokio::time::Instant;

use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::silence::{answered, answered_by};
use crate::write::backoff;
use crate::write::retry;

/// The default time limit of a command that meets conflicts: as long as a client waits for a
/// request, and as long as a store may be unavailable.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(10);

/// The maximum time limit; a longer one that is set is reduced to it.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The number of attempts without a lock. Two cost less than a lock if a conflict is rare; under
/// steady contention each further attempt would fail as well.
pub(crate) const OPTIMISTIC: u32 = 2;

/// The time beyond the wait for a lock after which a store that does not answer is given up. A
/// store keeps to the wait itself.
const GRACE: Duration = Duration::from_secs(1);

/// True if each of several operations executed together would meet the same failure by itself:
/// trying them one by one would only multiply the time.
pub(crate) fn fails_all(error: &StoreError) -> bool {
    use StoreErrorKind::{NotMigrated, ReadOnly, StatementTimeout};
    error.is_transient() || matches!(error.kind(), NotMigrated | ReadOnly | StatementTimeout)
}

/// The attempts at one append.
pub(crate) struct Attempts {
    since: Instant,
    limit: Duration,
    /// The number of the current attempt, from 1.
    pub(crate) nth: u32,
    pauses: Pauses,
}

/// The error of an append whose attempts have used up the time limit.
pub(crate) struct Exhausted {
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Attempts {
    pub(crate) fn within(limit: Duration) -> Self {
        Self { since: Instant::now(), limit, nth: 1, pauses: Pauses::new() }
    }

    /// True if the current attempt takes a lock first.
    pub(crate) fn is_locked(&self) -> bool {
        self.nth > OPTIMISTIC
    }

    /// The time that is left within the limit.
    pub(crate) fn left(&self) -> Duration {
        self.limit.saturating_sub(self.since.elapsed())
    }

    /// Counts one more attempt after a conflict; an error if the time limit is reached.
    pub(crate) fn next(&mut self) -> Result<(), Exhausted> {
        if self.left().is_zero() {
            return Err(Exhausted { attempts: self.nth, elapsed: self.since.elapsed() });
        }
        self.nth += 1;
        Ok(())
    }

    /// Waits as [`Pauses::pause`] does, within the time limit.
    pub(crate) async fn pause(&mut self) {
        let left = self.left();
        self.pauses.pause(left).await;
    }
}

/// The pauses between attempts without a lock.
pub(crate) struct Pauses(Box<dyn Iterator<Item = Duration> + Send>);

impl Pauses {
    pub(crate) fn new() -> Self {
        Self(Box::new(backoff::delays()))
    }

    /// Waits for the next backoff delay, `left` at most, so that competing writers do not collide
    /// again at once. Correctness does not depend on its length: the append alone detects a
    /// conflict.
    pub(crate) async fn pause(&mut self, left: Duration) {
        let delay = self.0.next().unwrap_or_default();
        tokio::time::sleep(delay.min(left)).await;
    }
}

/// Takes the lock for an append like `draft`; `None` if the store has no such locks, or did not
/// grant one in time. A store that fails here reports the failure at the next attempt.
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

/// Appends, through the lock if there is one. After a transient failure of that, the same append is
/// sent again without the lock.
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
    retry::append(store, append).await
}
