//! The caller's side of work that may move to a task.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use es_core::__private::handover::{Driven, Handover, Work};
use es_core::{StoreError, StoreErrorKind};
use tokio::runtime::Handle;
use tracing::Span;

use super::watch::Handovers;

/// The caller's side. Dropped, the work ends at the next point where it waits, as any future would.
pub(crate) struct Driving<T: Send + 'static> {
    stage: Stage<T>,
    handovers: Arc<Handovers>,
}

enum Stage<T: Send + 'static> {
    /// The work was never polled.
    New(Work<T>),
    /// The work did not complete at once, and is watched.
    Begun(Driven<T>),
    Over,
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
                    let handover = Handover::new(Handle::current(), Span::current());
                    let driven = handover.drive(work, context.waker());
                    self.handovers.add(Arc::clone(driven.handover()));
                    self.stage = Stage::Begun(driven);
                }
                polled
            }
            Stage::Begun(mut driven) => {
                let polled = Pin::new(&mut driven).poll(context);
                self.stage = Stage::Begun(driven);
                let outcome = ready!(polled);
                self.end();
                Poll::Ready(outcome.unwrap_or_else(|ended| {
                    Err(StoreError::new(StoreErrorKind::Unavailable, ended).into())
                }))
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
        if let Stage::Begun(driven) = std::mem::replace(&mut self.stage, Stage::Over) {
            self.handovers.remove(driven.handover());
        }
    }
}

impl<T: Send + 'static> Drop for Driving<T> {
    fn drop(&mut self) {
        self.end();
    }
}
