//! Waiting at the end of the log, with one poller for all waiting readers.
//!
//! ```text
//! readers   wait ....................  wait ........... woken        wait . . .
//! poller         look         look         look, grown                   look
//! append                                 ^ told: look at once
//! ```
//!
//! What is told, by an append of this process or by a notification of another one, is a reason to look
//! and nothing else: whether the log is complete up to there, only the server knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use es_core::__private::worker::{Drain, Worker};
use es_core::{Position, StoreError};
use tokio::select;
use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};
use tracing::Instrument;

use crate::spans;
use crate::tail::follower::Tail;

/// The interval at which the log is polled, while nothing else tells of growth.
const POLL: Duration = Duration::from_millis(100);

/// The maximum wait, should all else fail.
const LONGEST: Duration = Duration::from_secs(1);

/// The delay before the poller looks again for a reported position that is not complete yet; it
/// doubles each time.
const SOON: Duration = Duration::from_millis(1);

/// The readers that wait for the log to grow, in all clones of a store, and their poller.
pub(crate) struct Growth {
    /// The number of readers that wait.
    waiting: AtomicUsize,
    poller: Worker,
    /// The greatest position that was reported.
    told: AtomicU64,
    /// True if a report may have been missed.
    is_unsure: AtomicBool,
    nudge: Notify,
    /// The number of failed looks: a waiting reader then looks for itself, and learns the cause.
    failed: watch::Sender<u64>,
}

impl Growth {
    pub(crate) fn new() -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            poller: Worker::new(1),
            told: AtomicU64::new(0),
            is_unsure: AtomicBool::new(false),
            nudge: Notify::new(),
            failed: watch::Sender::new(0),
        }
    }

    /// Reports that an event at `position` was committed.
    pub(crate) fn tell(&self, position: Position) {
        if self.told.fetch_max(position.0, Ordering::AcqRel) < position.0 {
            self.nudge.notify_one();
        }
    }

    /// Reports that a notification may have been missed.
    pub(crate) fn tell_nothing_for_sure(&self) {
        self.is_unsure.store(true, Ordering::Release);
        self.nudge.notify_one();
    }
}

impl Tail {
    /// Returns when the log is known to be complete beyond `safe`, when that cannot be found out,
    /// or when it took too long.
    pub(crate) async fn until_grown(&self, safe: Position) {
        if self.reader.log_replica.is_some() {
            // What the primary has is not what its standby has: each reader asks that.
            return sleep(POLL).await;
        }
        let grown = async {
            let mut known = self.reader.known_log.subscribe();
            if known.borrow().is_some_and(|end| end.safe > safe) {
                return;
            }
            let mut failed = self.growth.failed.subscribe();
            let _waiter = Waiter::of(self);
            select! {
                _ = known.wait_for(|known| known.is_some_and(|end| end.safe > safe)) => {}
                _ = failed.changed() => {}
            }
        };
        let _ = timeout(LONGEST, grown).await;
    }
}

/// A waiting reader. While there is one, there is a poller.
struct Waiter<'a>(&'a Growth);

impl<'a> Waiter<'a> {
    fn of(tail: &'a Tail) -> Self {
        tail.growth.waiting.fetch_add(1, Ordering::AcqRel);
        tail.growth.poller.call(|| Poller(tail.clone()));
        if let Some(notifications) = &tail.notifications {
            notifications.listen();
        }
        Self(&tail.growth)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Polls the log for as long as a reader waits.
struct Poller(Tail);

impl Drain for Poller {
    async fn drain(&mut self) {
        let growth = Arc::clone(&self.0.growth);
        let mut hurry = Duration::ZERO;
        if !self.is_awaited() {
            return;
        }
        loop {
            if self.is_behind() {
                sleep(hurry).await;
            } else {
                let nudged = select! {
                    () = sleep(POLL) => false,
                    () = growth.nudge.notified() => true,
                };
                hurry = Duration::ZERO;
                if nudged && !self.is_behind() {
                    continue;
                }
            }
            // After the pause: a reader that comes back in the meantime finds this poller.
            if !self.is_awaited() {
                return;
            }
            growth.is_unsure.store(false, Ordering::Release);
            let before = self.known();
            if self.look().await.is_err() {
                growth.failed.send_modify(|failed| *failed = failed.wrapping_add(1));
                sleep(POLL).await;
            }
            hurry = if self.known() > before { SOON } else { (hurry * 2).clamp(SOON, POLL) };
        }
    }

    /// Has the readers look for themselves; those on another runtime start another poller.
    fn abandon(&mut self) {
        self.0.growth.failed.send_modify(|failed| *failed = failed.wrapping_add(1));
    }
}

impl Poller {
    fn is_awaited(&self) -> bool {
        self.0.growth.waiting.load(Ordering::Acquire) > 0
    }

    /// True if there is a reason to look early. A reported position becomes complete in a moment,
    /// unless an earlier append is open.
    fn is_behind(&self) -> bool {
        let growth = &self.0.growth;
        growth.told.load(Ordering::Acquire) > self.known().0
            || growth.is_unsure.load(Ordering::Acquire)
    }

    fn known(&self) -> Position {
        self.0.reader.known_log.get().map_or(Position::START, |end| end.safe)
    }

    async fn look(&self) -> Result<(), StoreError> {
        let look = async {
            let mut session = self.0.database.session().await?;
            let end = self.0.reader.log_end(&mut session).await;
            session.end_after(end).await
        };
        look.instrument(spans::log_end()).await.map(drop)
    }
}
