//! A piece of work and its place: with its caller, or on a task.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use es_core::StoreError;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tracing::{Instrument, Span};

use super::watch::Handovers;
use crate::pool::driven::ended;

/// The caller's side. Dropped, the work ends at the next point where it waits, as any future would.
pub(crate) struct Driving<T: Send + 'static> {
    stage: Stage<T>,
    handovers: Arc<Handovers>,
}

enum Stage<T> {
    /// The work was never polled.
    New(Work<T>),
    Begun(Arc<Place<T>>),
    Over,
}

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The place of a piece of work that did not complete at once.
struct Place<T> {
    state: Mutex<State<T>>,
    /// The caller's runtime.
    runtime: Handle,
    span: Span,
}

enum State<T> {
    /// The work is not being polled. The caller is woken when it moves.
    Idle { work: Work<T>, caller: Waker },
    /// The caller is polling the work. If a task was requested meanwhile, the work moves there
    /// afterwards.
    InHand { is_wanted: bool },
    /// The work is on a task.
    Moved(JoinHandle<T>),
    /// The work was given up.
    Gone,
}

pub(super) trait TakeOver: Send + Sync {
    /// Moves the work to a task, if the caller still has it.
    fn take_over(&self);
}

impl<T, E> Future for Driving<Result<T, E>>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::New(mut work) => {
                let polled = work.as_mut().poll(context);
                if polled.is_pending() {
                    let place = Place::of(work, context.waker());
                    let watched = Arc::clone(&place) as Arc<dyn TakeOver>;
                    self.handovers.add(watched, &place.runtime);
                    self.stage = Stage::Begun(place);
                }
                polled
            }
            Stage::Begun(place) => {
                let polled = place.poll(context);
                self.stage = Stage::Begun(place);
                if polled.is_ready() {
                    self.end();
                }
                polled
            }
            Stage::Over => Poll::Pending,
        }
    }
}

impl<T: Send + 'static> Driving<T> {
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        handovers: &Arc<Handovers>,
    ) -> Self {
        Self { stage: Stage::New(Box::pin(work)), handovers: Arc::clone(handovers) }
    }

    fn end(&mut self) {
        let Stage::Begun(place) = std::mem::replace(&mut self.stage, Stage::Over) else { return };
        self.handovers.remove(&place);
        let left = std::mem::replace(&mut *place.state(), State::Gone);
        match left {
            State::Moved(task) => task.abort(),
            // What the work leaves to others it leaves when it is dropped.
            other => drop(other),
        }
    }
}

impl<T: Send + 'static> Drop for Driving<T> {
    fn drop(&mut self) {
        self.end();
    }
}

impl<T: Send + 'static> Place<T> {
    fn of(work: Work<T>, caller: &Waker) -> Arc<Self> {
        let state = Mutex::new(State::Idle { work, caller: caller.clone() });
        Arc::new(Self { state, runtime: Handle::current(), span: Span::current() })
    }

    /// Returns the work from the caller to its place, or to a task if one was requested.
    fn put_back(&self, work: Work<T>, mut caller: Waker, polls: &Waker) {
        let mut state = self.state();
        if matches!(&*state, State::InHand { is_wanted: true }) {
            *state = State::Moved(self.spawn(work));
            drop(state);
            // To wait for the task.
            polls.wake_by_ref();
        } else {
            caller.clone_from(polls);
            *state = State::Idle { work, caller };
        }
    }

    /// Spawns the task. Called also under the lock: a runtime that has ended drops the work at
    /// once, and the work does not access its place.
    fn spawn(&self, work: Work<T>) -> JoinHandle<T> {
        self.runtime.spawn(work.instrument(self.span.clone()))
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> Place<Result<T, E>>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn poll(&self, context: &mut Context<'_>) -> Poll<Result<T, E>> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::InHand { is_wanted: false }) {
            State::Idle { mut work, caller } => {
                drop(state);
                let polled = work.as_mut().poll(context);
                if polled.is_pending() {
                    self.put_back(work, caller, context.waker());
                }
                polled
            }
            State::Moved(mut task) => {
                let polled = Pin::new(&mut task).poll(context);
                *state = State::Moved(task);
                polled.map(|outcome| outcome.unwrap_or_else(|stopped| Err(ended(stopped).into())))
            }
            other => {
                *state = other;
                Poll::Pending
            }
        }
    }
}

impl<T: Send + 'static> TakeOver for Place<T> {
    fn take_over(&self) {
        let mut state = self.state();
        match std::mem::replace(&mut *state, State::Gone) {
            State::Idle { work, caller } => {
                *state = State::Moved(self.spawn(work));
                drop(state);
                caller.wake();
            }
            State::InHand { .. } => *state = State::InHand { is_wanted: true },
            other => *state = other,
        }
    }
}
