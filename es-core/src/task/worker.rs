//! Tasks that run while there is work, and no longer.
//!
//! Work is put where the tasks look for it, and then a task is [called](Worker::call). The first call
//! starts one, which ends when it finds nothing more. Work that comes between its last look and its end
//! finds a task that seems to be there, and starts none:
//!
//! ```text
//! caller   puts 1, calls                  puts 2, calls
//! task                  looks, does 1, looks ───────── ends? No, it was called: looks, does 2, looks, ends
//! ```
//!
//! So a task forgets the calls so far *before* it looks, and ends only if there was none since. Tasks are
//! not watched: one on a runtime that nobody drives any more, and nobody drops, stands still with it.

use std::future::Future;
use std::sync::{Arc, PoisonError};

use super::sync::{Handle, Mutex, MutexGuard};

/// The work of a [`Worker`], as one of its tasks does it.
pub trait Drain: Send + 'static {
    /// Does all the work that is there, and ends when there is none.
    fn drain(&mut self) -> impl Future<Output = ()> + Send;

    /// Gives the work that is there back to those who wait for it, or leaves it to the next call.
    ///
    /// Called when a task ends before its work does: its runtime has ended, before it was polled or
    /// later, or there was none, or [`drain`](Self::drain) panicked. Another call may have started
    /// another task already.
    fn abandon(&mut self) {}
}

/// The tasks for work of one kind.
#[derive(Debug)]
pub struct Worker {
    state: Arc<Mutex<State>>,
    at_most: usize,
}

#[derive(Debug)]
enum State {
    Idle,
    Busy {
        /// The number of tasks that were started and have not ended.
        tasks: usize,
        /// True if there was a call since a task last began to look for work.
        is_called: bool,
    },
}

/// One task. It keeps alive what its work does, and not the worker.
struct Task<D: Drain> {
    work: D,
    state: Arc<Mutex<State>>,
    /// True if it has ended since there was nothing to do.
    is_over: bool,
}

impl Worker {
    /// Creates a worker without tasks, which runs at most `at_most` at once.
    #[must_use]
    pub fn new(at_most: usize) -> Self {
        Self { state: Arc::new(Mutex::new(State::Idle)), at_most }
    }

    /// Has a task look for work that was put there before this call. Starts one, which does `work`, unless
    /// there are as many as may be.
    ///
    /// The task runs on the runtime of its first caller, and in none of the caller's spans: it works for
    /// others too.
    pub fn call<D: Drain>(&self, work: impl FnOnce() -> D) {
        if !locked(&self.state).call(self.at_most) {
            return;
        }
        let state = Arc::clone(&self.state);
        let task = Task { work: work(), state, is_over: false };
        // Not under the lock: a runtime that has ended drops the task at once.
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(task.run())),
            Err(_) => drop(task),
        }
    }

    /// True if no task is there.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(*locked(&self.state), State::Idle)
    }
}

impl State {
    /// Takes note of a call. True if it is to start a task.
    fn call(&mut self, at_most: usize) -> bool {
        match self {
            Self::Idle => *self = Self::Busy { tasks: 1, is_called: false },
            Self::Busy { tasks, .. } if *tasks < at_most => *tasks += 1,
            Self::Busy { is_called, .. } => {
                *is_called = true;
                return false;
            }
        }
        true
    }

    /// Forgets the calls until now: a task begins to look, and will find what they were for.
    fn begin(&mut self) {
        if let Self::Busy { is_called, .. } = self {
            *is_called = false;
        }
    }

    /// Ends a task that has found nothing more. False if there was a call meanwhile: then it goes on.
    fn end(&mut self) -> bool {
        let is_called = matches!(self, Self::Busy { is_called: true, .. });
        if !is_called {
            self.remove_one();
        }
        !is_called
    }

    fn remove_one(&mut self) {
        match self {
            Self::Busy { tasks, .. } if *tasks > 1 => *tasks -= 1,
            Self::Busy { .. } | Self::Idle => *self = Self::Idle,
        }
    }
}

impl<D: Drain> Task<D> {
    async fn run(mut self) {
        while !self.is_over {
            locked(&self.state).begin();
            self.work.drain().await;
            self.is_over = locked(&self.state).end();
        }
    }
}

/// Runs also if the task was never polled.
impl<D: Drain> Drop for Task<D> {
    fn drop(&mut self) {
        if !self.is_over {
            // First: work that comes from now on starts another task, and what came before is here.
            locked(&self.state).remove_one();
            self.work.abandon();
        }
    }
}

/// Locks the state. Nothing panics between two changes of it, so a poisoned lock is taken as it is.
fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
