//! Locks of the streams and tags of an append, held until it is stored.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::event::recorded::RecordedEvent;
use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::page::{LogPage, QueryPage};
use crate::store::query::Query;
use crate::store::snapshot::{Fingerprint, SnapshotPage};
use crate::stream::{Position, StreamId, Version};

/// The future of a call through a lock.
pub type Locked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An exclusive right to append to some streams: see [`EventStore::lock`].
///
/// It is a store for one append. Reads see everything that is committed. The append ends the lock,
/// whatever its result, and so does dropping the last clone. The log cannot be read through it.
#[derive(Clone)]
pub struct AppendLock(Arc<dyn LockedStore>);

impl AppendLock {
    /// The lock that `store` holds: for the authors of stores. It ends when the last clone is dropped.
    #[must_use]
    pub fn new(store: impl LockedStore) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AppendLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppendLock").finish_non_exhaustive()
    }
}

/// The reads and the one append under a lock: for the authors of stores. Each method does the same
/// as the one of its name in [`EventStore`].
pub trait LockedStore: Send + Sync + 'static {
    /// Stores the events and ends the lock; a second append is refused.
    fn append(&self, append: Append) -> Locked<'_, Result<Appended, AppendError>>;

    /// Events of one stream.
    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Locked<'a, Result<Vec<RecordedEvent>, StoreError>>;

    /// Events that match a query.
    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Locked<'a, Result<QueryPage, StoreError>>;

    /// A snapshot and the events after it; without snapshots the first events of the stream.
    fn snapshot_page<'a>(
        &'a self,
        stream: &'a StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Locked<'a, Result<SnapshotPage, StoreError>> {
        let _ = (shape, at_most);
        Box::pin(async move {
            let events = self.stream_page(stream, Cursor::START, limit).await?;
            Ok(SnapshotPage::new(None, events))
        })
    }
}

impl EventStore for AppendLock {
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

    /// Always fails as unsupported: a lock is for a decision, which reads streams and queries.
    async fn log_page(&self, _: Cursor<Position>, _: u32) -> Result<LogPage, StoreError> {
        Err(StoreError::new(
            StoreErrorKind::Unsupported,
            "the log is not read through the lock of an append; read it through the store",
        ))
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.0.query_page(query, after, limit).await
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        self.0.snapshot_page(stream, shape, at_most, limit).await
    }
}
