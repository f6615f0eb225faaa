//! Work on a task of its own, which completes whether or not its caller polls.
//!
//! A future that was polled and is kept, as one of several in `buffered(4)` is while the body of the loop
//! awaits something else, would keep whatever it holds: a connection of the pool, its place in the pool's
//! queue, its stream. So what holds several of these, or locks of the server, runs on a task from the
//! beginning, and its caller only waits for the outcome. One statement is [handed over](crate::pool::handover) to
//! a task when its caller may have left it.
//!
//! ```text
//! caller   polls ......... kept ................................... polls
//! task       takes a connection, sends, reads, gives it back  outcome ┘
//! ```

use std::panic::resume_unwind;

use es_core::{StoreError, StoreErrorKind};
use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument;

/// The outcome of `work`, which a task drives to its end. Dropped, it ends at the next point where it
/// waits, as any future would.
///
/// The work is on the heap from the beginning: a future of several kilobytes would be copied with each
/// of its callers, and once more into its task.
///
/// # Errors
///
/// Those of `work`, and [`Unavailable`](StoreErrorKind::Unavailable) where the runtime went away.
pub(crate) fn driven<T, E>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> impl Future<Output = Result<T, E>> + Send
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let work = work.boxed();
    async move {
        let mut task = Driven(tokio::spawn(work.in_current_span()));
        match (&mut task.0).await {
            Ok(outcome) => outcome,
            Err(stopped) => Err(ended(stopped).into()),
        }
    }
}

/// The outcome of a task that nothing aborts; if it sent none, the panic that it ended with.
///
/// # Errors
///
/// The error that the task sent, and [`Unavailable`](StoreErrorKind::Unavailable) if the runtime
/// ended.
pub(crate) async fn told<T, E: From<StoreError>>(
    answer: oneshot::Receiver<Result<T, E>>,
    task: JoinHandle<()>,
) -> Result<T, E> {
    match answer.await {
        Ok(outcome) => outcome,
        Err(closed) => Err(match task.await {
            Err(stopped) => ended(stopped),
            Ok(()) => StoreError::new(StoreErrorKind::Unavailable, closed),
        }
        .into()),
    }
}

/// Resumes the panic of a task in the caller that waited for it.
pub(crate) fn ended(stopped: JoinError) -> StoreError {
    match stopped.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(stopped) => StoreError::new(StoreErrorKind::Unavailable, stopped),
    }
}

/// A task that only its owner can end.
struct Driven<T>(JoinHandle<T>);

impl<T> Drop for Driven<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
