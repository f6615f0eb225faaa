//! Catch-up of a known state with the events stored since.

use tracing::Instrument;

use crate::domain::aggregate::Aggregate;
use crate::store::event_store::EventStore;
use crate::store::paging::was_replaced;
use crate::store::spans;
use crate::stream::StreamId;
use crate::write::fold::fold_after;
use crate::write::load::{Loaded, Until, load};
use crate::write::load_error::LoadError;

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
