//! Handover of work from its owner to a task, once others wait for it.
//!
//! A future that its owner keeps and does not poll makes no progress, and nor does anybody who
//! waits for its effect. A task for each piece of work would solve that, at the cost of a task
//! where nobody waits. So the work stays with its owner for as long as nobody waits for it, and
//! moves to a task when somebody does:
//!
//! ```text
//! owner   ├─ polls ─┤ kept …                        ├─ the answer
//! other             ├─ waits ── takes over ─┐       ├─ goes on
//! task                                      ├─ does ┤
//! ```

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::{Instrument, Span};

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The holder of a piece of work, which others may move to a task.
pub(crate) struct Handover {
    state: Mutex<State>,
    /// The runtime of the owner.
    runtime: Handle,
    span: Span,
}

enum State {
    /// The work is here, and nobody polls it.
    Idle(Work),
    /// The owner is polling the work. If a task was asked for meanwhile, the work moves there
    /// afterwards.
    InHand { wanted: bool },
    /// The work is done, cancelled, or moved to a task.
    Gone,
}

/// The owner's side: polls the work while it is here, and receives its result wherever it ran.
/// Dropping it cancels the work, also in a task.
pub(crate) struct Driven<T> {
    handover: Arc<Handover>,
    answer: oneshot::Receiver<Result<T, Box<dyn Any + Send>>>,
}

impl Handover {
    /// Creates a holder without work; the owner [puts](Self::drive) it there.
    pub(crate) fn new(runtime: Handle, span: Span) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::InHand { wanted: false }), runtime, span })
    }

    /// Puts the work here, and returns the owner's side.
    pub(crate) fn drive<T: Send + 'static>(
        self: Arc<Self>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Driven<T> {
        let (mut owner, answer) = oneshot::channel();
        let work = async move {
            let done = tokio::select! {
                biased;
                () = owner.closed() => return,
                done = AssertUnwindSafe(work).catch_unwind() => done,
            };
            // The owner may have gone meanwhile.
            let _ = owner.send(done);
        };
        self.put_back(Box::pin(work));
        Driven { handover: self, answer }
    }

    /// Moves the work to a task, unless it is done or already in one.
    pub(crate) fn take_over(&self) {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Idle(work) => {
                drop(state);
                self.spawn(work);
            }
            State::InHand { .. } => *state = State::InHand { wanted: true },
            State::Gone => {}
        }
    }

    fn poll(&self, context: &mut Context<'_>) {
        let mut state = self.state();
        let mut work = match std::mem::replace(&mut *state, State::InHand { wanted: false }) {
            State::Idle(work) => work,
            other => {
                *state = other;
                return;
            }
        };
        drop(state);
        if work.as_mut().poll(context).is_ready() {
            *self.state() = State::Gone;
        } else {
            self.put_back(work);
        }
    }

    /// Puts the work back after a poll, or moves it to a task if one was asked for.
    fn put_back(&self, work: Work) {
        let mut state = self.state();
        if matches!(&*state, State::InHand { wanted: true }) {
            *state = State::Gone;
            drop(state);
            self.spawn(work);
        } else {
            *state = State::Idle(work);
        }
    }

    fn spawn(&self, work: Work) {
        self.runtime.spawn(work.instrument(self.span.clone()));
    }

    fn give_up(&self) {
        let work = std::mem::replace(&mut *self.state(), State::Gone);
        // What the work leaves to others it leaves when it is dropped.
        drop(work);
    }

    /// Locks the state. Nothing panics between two changes of it, so a poisoned lock is used as it
    /// is.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Future for Driven<T> {
    /// The result of the work; `None` if the runtime ended before the work did.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.handover.poll(context);
        // Also while the work is here: whoever moves it cannot wake the owner when it is done.
        match ready!(Pin::new(&mut self.answer).poll(context)) {
            Ok(Ok(done)) => Poll::Ready(Some(done)),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => Poll::Ready(None),
        }
    }
}

impl<T> Drop for Driven<T> {
    fn drop(&mut self) {
        self.handover.give_up();
    }
}
