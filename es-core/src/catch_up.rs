//! A state that is known, and what has happened since.

use std::pin::pin;

use futures_util::TryStreamExt;
use tracing::Instrument;

use crate::aggregate::Aggregate;
use crate::error::LoadError;
use crate::load::{Loaded, Until, load};
use crate::paging::was_replaced;
use crate::spans;
use crate::store::{Cursor, EventStore};
use crate::stream::StreamId;

/// The state of a stream as it stands now, from an earlier one and the events after it; from all of
/// its events, if a copy took its name since.
pub(crate) async fn catch_up<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    mut known: Loaded<A>,
) -> Result<Loaded<A>, LoadError> {
    let span = spans::load(stream);
    let before = known.version.0;
    async {
        let mut events = pin!(store.read_stream(stream, Cursor::After(known.version)));
        loop {
            let event = match events.try_next().await {
                Err(error) if was_replaced(&error) => break,
                Err(error) => return Err(error.into()),
                Ok(None) => {
                    span.record("es.events.count", known.version.0 - before);
                    return Ok(known);
                }
                Ok(Some(event)) if event.version != known.version.plus(1) => break,
                Ok(Some(event)) => event,
            };
            known.fold(&event)?;
        }
        Box::pin(load(store, stream, Until::End)).await
    }
    .instrument(span.clone())
    .await
}
