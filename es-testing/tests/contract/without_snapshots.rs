//! The contract against a store that has no snapshots: it answers with the events.

use es_core::{
    Append, AppendError, Appended, Cursor, EventStore, LogPage, MemoryStore, Position, Query,
    QueryPage, RecordedEvent, StoreError, StreamId, Version,
};

/// What every store has to write itself.
#[derive(Clone)]
struct Plain(MemoryStore);

impl EventStore for Plain {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.0.append(append).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.0.stream_page(stream, cursor, limit).await
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.0.log_page(cursor, limit).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.0.query_page(query, after, limit).await
    }
}

async fn make_store() -> (Plain, ()) {
    (Plain(MemoryStore::new()), ())
}

es_testing::contract!(make_store);
