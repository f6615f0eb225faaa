//! A state that is known, and what has happened since.

use std::pin::pin;

use futures_util::TryStreamExt;
use tracing::Instrument;

use crate::aggregate::Aggregate;
use crate::error::LoadError;
use crate::load::Loaded;
use crate::spans;
use crate::store::{Cursor, EventStore};
use crate::stream::StreamId;

/// The state of a stream as it stands now, from an earlier one and the events after it.
pub(crate) async fn catch_up<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    mut known: Loaded<A>,
) -> Result<Loaded<A>, LoadError> {
    let span = spans::load(stream);
    let before = known.version.0;
    async {
        let mut events = pin!(store.read_stream(stream, Cursor::After(known.version)));
        while let Some(event) = events.try_next().await? {
            known.fold(&event)?;
        }
        span.record("es.events.count", known.version.0 - before);
        Ok(known)
    }
    .instrument(span.clone())
    .await
}
