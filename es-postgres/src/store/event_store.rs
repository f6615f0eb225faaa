//! The traits of stores, each method by the part of the store that it belongs to.

use std::time::Duration;

use es_core::{
    AnsweredRequest, Append, AppendError, AppendLock, Appended, Cursor, EventStore, EventTag,
    Fingerprint, HeldUp, LogPage, NewRequest, PlacedEvent, Position, Query, QueryPage,
    RecordedEvent, Replacement, RequestKey, RequestMemory, Retag, RetagStore, SelectedPage,
    Selection, Snapshot, SnapshotPage, StoreError, StoreErrorKind, StreamId, Tag, TaggedPosition,
    TransformError, TransformStore, Transformed, Version,
};
use futures_util::FutureExt;
use tracing::Instrument;

use super::PgStore;
use crate::spans;

// Each records on its own span and not on the current one: where the target `es` is switched off, that
// is one of the service.
impl EventStore for PgStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.appender.append(append).await
    }

    /// Waits for the advisory locks of the draft in a transaction, and holds them; PostgreSQL
    /// serves the waiting transactions of all processes in the order of their arrival. As many as
    /// half of the pool are under way at a time, and one at least; reads and the append run on its
    /// one connection.
    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.appender.lock_for(&self.reader, draft, wait).await.map(Some)
    }

    /// Finds a tag that is not complete. A tag that was never requested before waits until no
    /// append is open, for ten seconds at most; other appends go on meanwhile.
    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        self.retagger.find_missing_tag(tags).await
    }

    /// Looks in one statement. Once old answers may be forgotten, a call of each process starts a task that tries to,
    /// at most once a minute; the task waits for open appends, and for whoever reads the answers, for a tenth of a
    /// second.
    async fn find_request(&self, request: &RequestKey) -> Result<RequestMemory, StoreError> {
        self.appender.requests.find(request).boxed().await
    }

    /// Keeps the answer in one statement; if somebody else answers the request at the same time, in a
    /// transaction that waits for the other one, beside the appends that wait for their streams.
    async fn answer_request(
        &self,
        request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        self.appender.answer(request).boxed().await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let span = spans::stream_page(stream);
        let page = async {
            match cursor {
                Cursor::After(version) => self.reader.load_page(stream, version, limit).await,
                Cursor::Before(version) => self.reader.read_before(stream, version, limit).await,
            }
        };
        let events = page.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", events.len());
        Ok(events)
    }

    async fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        let span = spans::stream_page(stream);
        let page = self.reader.load_page::<PlacedEvent>(stream, after, limit);
        let events = page.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", events.len());
        Ok(events)
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        let span = spans::snapshot_page(stream);
        let read = self.reader.read_snapshot_page(stream, shape, at_most, limit);
        let page = read.instrument(span.clone()).boxed().await?;
        if let Some(snapshot) = &page.snapshot {
            span.record("es.snapshot.version", snapshot.version.0);
        }
        span.record("es.events.count", page.events.len());
        Ok(page)
    }

    /// Saves the snapshot without a span of its own: the runtime writes one around it.
    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.reader.write_snapshot(stream, &snapshot, keep).boxed().await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        let span = spans::query_page(query);
        let (reader, query) = (self.reader.clone(), query.clone());
        let read =
            self.database.drive(async move { reader.read_query_page(&query, after, limit).await });
        let page = read.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", page.events.len()).record("es.global_position", page.safe.0);
        Ok(page)
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        let span = spans::log_page();
        let reader = self.reader.clone();
        let read = self.database.drive(async move { reader.read_log_page(cursor, limit).await });
        let page = read.instrument(span.clone()).boxed().await?;
        span.record("es.events.count", page.events.len()).record("es.global_position", page.safe.0);
        Ok(page)
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        let span = spans::select_page();
        let (reader, selection) = (self.reader.clone(), selection.clone());
        let read = self
            .database
            .drive(async move { reader.read_selected_page(&selection, after, limit).await });
        let page = read.instrument(span.clone()).boxed().await?;
        let through = page.through.0;
        span.record("es.events.count", page.events.len()).record("es.global_position", through);
        Ok(page)
    }

    /// Waits for the log to grow. One task polls for all readers of this process, every
    /// tenth of a second and at once after an append of its own; see also
    /// [`with_notifications`](crate::PgStoreOptions::with_notifications). A reader of a
    /// [standby](crate::PgStoreOptions::with_log_replica) polls for itself.
    async fn log_grown(&self, safe: Position) {
        self.tail.until_grown(safe).boxed().await;
    }

    /// Finds the open append by the server's locks and sessions. A role without `pg_read_all_stats`
    /// gets the session, and not the time since when it is open.
    async fn held_up(&self) -> Result<Option<HeldUp>, StoreError> {
        self.database.find_hold_up().await
    }
}

/// Requires the role that migrates: it renames a stream, which no application's role may.
impl TransformStore for PgStore {
    /// Reads all tags of the store, once.
    async fn stream_tags(&self, stream: &StreamId) -> Result<Vec<(Position, Tag)>, StoreError> {
        self.appender.read_stream_tags(stream).boxed().await
    }

    /// Replaces the stream in one transaction, which completes even if the future is dropped,
    /// unless it still waits for the stream.
    async fn replace(&self, replacement: Replacement) -> Result<Transformed, TransformError> {
        if !self.appender.inline.is_empty() {
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                "this store has inline projections, which would not learn of the copies: transform with \
                 one without, and then call `PgStore::rebuild_inline` for each of them",
            )
            .into());
        }
        let span = spans::replace(&replacement);
        let transformed =
            self.appender.replace_stream(replacement).instrument(span.clone()).boxed().await?;
        if let Some(position) = transformed.stream.positions.last() {
            span.record("es.global_position", position.0);
            self.tail.tell_growth(*position);
        }
        Ok(transformed)
    }
}

/// Requires the role that appends. A page of events locks their streams for as long as its tags
/// take to write. Each call waits for an open append for ten seconds at most, and lets other
/// appends through meanwhile.
impl RetagStore for PgStore {
    async fn begin_retag(&self, retag: &Retag) -> Result<Position, StoreError> {
        self.retagger.open_retag(retag).await
    }

    async fn write_tags(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> Result<(), StoreError> {
        self.retagger.write_retag(retag, events, through).await
    }

    async fn end_retag(&self, retag: &Retag) -> Result<(), StoreError> {
        self.retagger.close_retag(retag).await
    }
}
