//! Stores that do not answer.
//!
//! A store answers or fails; but what it waits for, a stream that an open transaction holds, a pool that
//! the service has used up, a server that took the question and stands still, may last for ever. Whoever
//! waits for a command should not.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::store::error::{StoreError, StoreErrorKind};

/// The time for which a store may be silent: as long as a pool lets its callers wait, and longer
/// than any page or append takes.
pub(crate) const SILENCE: Duration = Duration::from_secs(30);

/// The error that no answer came in time.
#[derive(Debug, thiserror::Error)]
#[error(
    "the store has not answered in time; look for what it waits for, such as an open transaction that \
     holds the stream, or one that holds the connections of the pool"
)]
struct Silent;

/// The answer to one call of a store, or that there was none.
pub(crate) async fn answered<T, E: From<StoreError>>(
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    answered_by(Instant::now() + SILENCE, call).await
}

/// Waits like [`answered`], until a moment. Without a runtime that could wake it, it waits as long as it takes.
pub(crate) async fn answered_by<T, E: From<StoreError>>(
    until: Instant,
    call: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let mut call = pin!(call);
    // What is answered at once needs no timer.
    let mut over = pin!(None::<Sleep>);
    poll_fn(|context| {
        if let Poll::Ready(answer) = call.as_mut().poll(context) {
            return Poll::Ready(answer);
        }
        if over.is_none() && Handle::try_current().is_ok() {
            over.set(Some(sleep_until(until)));
        }
        let Some(over) = over.as_mut().as_pin_mut() else { return Poll::Pending };
        over.poll(context)
            .map(|()| Err(StoreError::new(StoreErrorKind::Unavailable, Silent).into()))
    })
    .await
}
