//! Catch-up of a known state with the events stored since.

use tracing::Instrument;

use crate::aggregate::Aggregate;
use crate::error::LoadError;
use crate::fold::fold_after;
use crate::load::{Loaded, Until, load};
use crate::paging::was_replaced;
use crate::spans;
use crate::store::EventStore;
use crate::stream::StreamId;

/// Loads the current state of a stream from an earlier state and the events after it; from all of
/// its events, if a copy took the name of the stream meanwhile.
pub(crate) async fn catch_up<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    mut known: Loaded<A>,
) -> Result<Loaded<A>, LoadError> {
    let span = spans::load(stream);
    async {
        match fold_after(store, stream, &mut known, Until::End).await {
            Ok(count) => {
                span.record("es.events.count", count);
                Ok(known)
            }
            Err(LoadError::Store(error)) if was_replaced(&error) => {
                Box::pin(load(store, stream, Until::End)).await
            }
            Err(error) => Err(error),
        }
    }
    .instrument(span.clone())
    .await
}
