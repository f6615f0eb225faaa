//! Exclusive right to change the model of a version.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

/// The lock of one model, which one batch at a time may change.
#[derive(Debug, Default)]
pub(super) struct Turns {
    current: Mutex<Current>,
    over: Notify,
}

#[derive(Debug, Default)]
struct Current {
    /// The number of the turn, so that a turn that was lost does not end the one after it.
    number: u64,
    /// True if the turn of that number goes on.
    is_taken: bool,
    /// The time at which it ends without a sign of life; `None` if never.
    until: Option<Instant>,
}

/// The right to change the model, until it is dropped or its lease is over.
#[derive(Debug)]
pub(super) struct Turn {
    turns: Arc<Turns>,
    number: u64,
    lease: Option<Duration>,
}

impl Turns {
    /// Waits until no batch has the turn, or the lease of the batch that has it is over.
    pub(super) async fn take(self: &Arc<Self>, lease: Option<Duration>) -> Turn {
        loop {
            // From before the look, so that it misses no end. All who wait are woken: one that is kept and
            // not polled would be woken for nobody.
            let over = self.over.notified();
            let until = match self.try_take(lease) {
                Ok(turn) => return turn,
                Err(until) => until,
            };
            // Whether it is woken or the time is over: both are reasons to look again.
            match until {
                Some(until) => drop(timeout_at(until, over).await),
                None => over.await,
            }
        }
    }

    fn try_take(self: &Arc<Self>, lease: Option<Duration>) -> Result<Turn, Option<Instant>> {
        let (now, mut current) = (Instant::now(), self.lock());
        if current.goes_on(now) {
            return Err(current.until);
        }
        let number = current.number + 1;
        let until = lease.map(|lease| now + lease);
        *current = Current { number, is_taken: true, until };
        Ok(Turn { turns: Arc::clone(self), number, lease })
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    fn goes_on(&self, now: Instant) -> bool {
        self.is_taken && self.until.is_none_or(|until| now < until)
    }
}

impl Turn {
    /// Renews the lease of the turn, as a sign of life of its holder, if the lease is not over.
    pub(super) fn go_on(&self) {
        let (now, mut current) = (Instant::now(), self.turns.lock());
        if current.number == self.number && current.goes_on(now) {
            current.until = self.lease.map(|lease| now + lease);
        }
    }

    pub(super) fn goes_on(&self) -> bool {
        let current = self.turns.lock();
        current.number == self.number && current.goes_on(Instant::now())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut current = self.turns.lock();
        if current.number == self.number {
            current.is_taken = false;
            self.turns.over.notify_waiters();
        }
    }
}
