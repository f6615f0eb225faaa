//! Handover of work from its caller to a task, when the caller may have turned away.
//!
//! A future that its caller keeps and does not poll makes no progress, and nor does anybody who waits
//! for its effect. A task for each piece of work would solve that, at the cost of two hops between
//! threads where nobody waits. So the work stays with its caller, and moves to a task when somebody
//! [takes it over](Handover::take_over):
//!
//! ```text
//! caller  ├─ polls ─┤ kept …                         ├─ the outcome
//! other             ├─ waits ─ takes over ┐        ├─ goes on
//! task                                    ├─ does ─┤
//! ```
//!
//! The holder does not decide when that is. In `es-core` a command or decision that would wait for the
//! work takes it over; in `es-postgres` a
//! watcher does as well, some milliseconds after it began, and so does who finds the pool short of connections.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use tracing::{Instrument, Span};

use super::sync::{Handle, JoinError, JoinHandle, Mutex, MutexGuard, resumed};

/// Work on the heap: a future of several kilobytes would be copied with each of its callers, and once
/// more into its task.
pub type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The holder of a piece of work, which others may move to a task.
pub struct Handover<T> {
    state: Mutex<State<T>>,
    /// The runtime of the caller.
    runtime: Handle,
    span: Span,
}

enum State<T> {
    /// The work is here, and nobody polls it. The caller is woken when it moves.
    Idle { work: Work<T>, caller: Waker },
    /// The work was not put here yet, or the caller is polling it, or has polled it to its end. If a task was asked for meanwhile,
    /// the work moves there afterwards.
    InHand { is_wanted: bool },
    /// The work is on a task.
    Moved(JoinHandle<T>),
    /// The work was given up.
    Gone,
}

/// The caller's side: polls the work while it is here, and receives its outcome wherever it ran.
/// Dropped, the work ends at the next point where it waits, on a task as well, as any future would.
#[derive(Debug)]
pub struct Driven<T: Send + 'static> {
    handover: Arc<Handover<T>>,
}

impl<T: Send + 'static> Handover<T> {
    /// Creates a holder without work, which others may know already; the caller [puts](Self::drive) it
    /// there.
    #[must_use]
    pub fn new(runtime: Handle, span: Span) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::InHand { is_wanted: false }), runtime, span })
    }

    /// Puts the work here, and returns the caller's side. `caller` is who has polled the work last, and a no-op
    /// if nobody has.
    #[must_use]
    pub fn drive(self: Arc<Self>, work: Work<T>, caller: &Waker) -> Driven<T> {
        self.put_back(work, caller.clone());
        Driven { handover: self }
    }

    /// Moves the work to a task, unless it is done or already on one. Work that the caller is polling
    /// moves afterwards.
    pub fn take_over(&self) {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Idle { work, caller } => {
                *state = State::Moved(self.spawn(work));
                drop(state);
                // To wait for the task.
                caller.wake();
            }
            State::InHand { .. } => *state = State::InHand { is_wanted: true },
            other => *state = other,
        }
    }

    fn poll(&self, context: &mut Context<'_>) -> Poll<Result<T, JoinError>> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::InHand { is_wanted: false }) {
            State::Idle { mut work, mut caller } => {
                drop(state);
                if let Poll::Ready(done) = work.as_mut().poll(context) {
                    return Poll::Ready(Ok(done));
                }
                caller.clone_from(context.waker());
                self.put_back(work, caller);
                Poll::Pending
            }
            State::Moved(mut task) => {
                let polled = Pin::new(&mut task).poll(context);
                *state = State::Moved(task);
                drop(state);
                polled.map_err(resumed)
            }
            other => {
                *state = other;
                Poll::Pending
            }
        }
    }

    /// Puts the work back after a poll, or moves it to a task if one was asked for.
    fn put_back(&self, work: Work<T>, caller: Waker) {
        let mut state = self.state();
        if matches!(&*state, State::InHand { is_wanted: true }) {
            *state = State::Moved(self.spawn(work));
            drop(state);
            caller.wake();
        } else {
            *state = State::Idle { work, caller };
        }
    }

    /// Spawns the task. Called under the lock: a runtime that has ended drops the work at once, and
    /// the work does not reach for its own holder when it is dropped.
    fn spawn(&self, work: Work<T>) -> JoinHandle<T> {
        self.runtime.spawn(work.instrument(self.span.clone()))
    }

    fn give_up(&self) {
        let left = std::mem::replace(&mut *self.state(), State::Gone);
        match left {
            State::Moved(task) => task.abort(),
            // What the work leaves to others it leaves when it is dropped.
            other => drop(other),
        }
    }

    /// Locks the state. Nothing panics between two changes of it, so a poisoned lock is taken as it
    /// is.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> fmt::Debug for Handover<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handover").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Driven<T> {
    /// The holder of the work.
    #[must_use]
    pub fn handover(&self) -> &Arc<Handover<T>> {
        &self.handover
    }
}

impl<T: Send + 'static> Future for Driven<T> {
    /// The outcome of the work. A panic on a task goes on in the caller; an error says that the runtime
    /// ended before the work did.
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.handover.poll(context)
    }
}

impl<T: Send + 'static> Drop for Driven<T> {
    fn drop(&mut self) {
        self.handover.give_up();
    }
}
