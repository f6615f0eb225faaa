//! Batches that are begun for a caller who may not poll again.
//!
//! A batch holds a connection, and may hold rows, slots or the right to make tables. So it is not left in
//! the future of a caller who keeps that and does not poll it: after a moment it is undone, and begun again
//! for the caller who polls.
//!
//! ```text
//! caller   polls .......... kept ............................. polls ............... has it
//! task       begins  offers ── 250 ms ── undoes                 └ begins  offers ┘
//! ```

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use es_core::StoreError;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tracing::Instrument;

use crate::pool::driven::told;

use super::PgBatch;

/// The time that a batch waits for its caller.
const UNFETCHED: Duration = Duration::from_millis(250);

/// The place where a batch waits for its caller.
type Place = Arc<Mutex<Option<PgBatch>>>;

/// A place, and the sender that goes with its caller.
type Offer = (Place, oneshot::Sender<()>);

/// The batch that `begin` begins on a task. If the future is dropped, there is
/// none.
///
/// # Errors
///
/// Those of `begin`.
pub(super) async fn offered<B>(begin: impl Fn() -> B) -> Result<PgBatch, StoreError>
where
    B: Future<Output = Result<PgBatch, StoreError>> + Send + 'static,
{
    loop {
        let (offer, caller) = oneshot::channel();
        let task = tokio::spawn(hold(begin(), offer).in_current_span());
        let (place, _caller) = told(caller, task).await?;
        if let Some(batch) = take(&place) {
            return Ok(batch);
        }
    }
}

async fn hold(
    begin: impl Future<Output = Result<PgBatch, StoreError>>,
    mut offer: oneshot::Sender<Result<Offer, StoreError>>,
) {
    let outcome = tokio::select! {
        outcome = begin => outcome,
        () = offer.closed() => return,
    };
    let batch = match outcome {
        Ok(batch) => batch,
        Err(error) => return drop(offer.send(Err(error))),
    };
    let place = Arc::new(Mutex::new(Some(batch)));
    let (caller, has_come) = oneshot::channel();
    if offer.send(Ok((Arc::clone(&place), caller))).is_ok()
        && timeout(UNFETCHED, has_come).await.is_err()
        && let Some(batch) = take(&place)
    {
        // Where this fails the connection is closed, and the server undoes it.
        drop(batch.session.rollback().await);
    }
}

fn take(place: &Mutex<Option<PgBatch>>) -> Option<PgBatch> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}
