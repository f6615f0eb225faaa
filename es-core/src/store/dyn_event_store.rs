//! A store whose type is forgotten.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::event::placed_event::PlacedEvent;
use crate::event::recorded::RecordedEvent;
use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::held_up::HeldUp;
use crate::store::page::{LogPage, QueryPage};
use crate::store::query::Query;
use crate::store::request::{AnsweredRequest, NewRequest, RequestKey, RequestMemory};
use crate::store::retag::EventTag;
use crate::store::selection::{SelectedPage, Selection};
use crate::store::snapshot::{Fingerprint, Snapshot, SnapshotPage};
use crate::stream::{Position, StreamId, Version};

/// An event store of any type, so that a service holds one type in tests and in production.
///
/// Every method is that of the store inside; it costs one allocation for each call. What an adapter has
/// beside [`EventStore`] is reached before the store is put in here.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::DynEventStore;
///
/// /// The service, without a type parameter.
/// struct Service {
///     store: DynEventStore,
/// }
///
/// let in_a_test = Service { store: DynEventStore::new(MemoryStore::new()) };
/// # let _ = in_a_test.store.clone();
/// ```
#[derive(Clone)]
pub struct DynEventStore(Arc<dyn ErasedStore>);

impl DynEventStore {
    /// Forgets the type of `store`.
    #[must_use]
    pub fn new(store: impl EventStore) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for DynEventStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynEventStore").finish_non_exhaustive()
    }
}

type Call<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The methods of [`EventStore`] with their futures in boxes.
trait ErasedStore: Send + Sync {
    fn append(&self, append: Append) -> Call<'_, Result<Appended, AppendError>>;
    fn lock<'a>(
        &'a self,
        draft: &'a Append,
        wait: Duration,
    ) -> Call<'a, Result<Option<AppendLock>, StoreError>>;
    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Call<'a, Result<Vec<RecordedEvent>, StoreError>>;
    fn fold_page<'a>(
        &'a self,
        stream: &'a StreamId,
        after: Version,
        limit: u32,
    ) -> Call<'a, Result<Vec<PlacedEvent>, StoreError>>;
    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> Call<'_, Result<LogPage, StoreError>>;
    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Call<'a, Result<QueryPage, StoreError>>;
    fn missing_tag<'a>(
        &'a self,
        tags: &'a [EventTag],
    ) -> Call<'a, Result<Option<EventTag>, StoreError>>;
    fn find_request<'a>(
        &'a self,
        request: &'a RequestKey,
    ) -> Call<'a, Result<RequestMemory, StoreError>>;
    fn answer_request(
        &self,
        request: NewRequest,
    ) -> Call<'_, Result<Option<AnsweredRequest>, StoreError>>;
    fn snapshot_page<'a>(
        &'a self,
        stream: &'a StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Call<'a, Result<SnapshotPage, StoreError>>;
    fn save_snapshot<'a>(
        &'a self,
        stream: &'a StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Call<'a, Result<(), StoreError>>;
    fn select_page<'a>(
        &'a self,
        selection: &'a Selection,
        after: Position,
        limit: u32,
    ) -> Call<'a, Result<SelectedPage, StoreError>>;
    fn log_grown(&self, safe: Position) -> Call<'_, ()>;
    fn held_up(&self) -> Call<'_, Result<Option<HeldUp>, StoreError>>;
}

impl<S: EventStore> ErasedStore for S {
    fn append(&self, append: Append) -> Call<'_, Result<Appended, AppendError>> {
        Box::pin(EventStore::append(self, append))
    }

    fn lock<'a>(
        &'a self,
        draft: &'a Append,
        wait: Duration,
    ) -> Call<'a, Result<Option<AppendLock>, StoreError>> {
        Box::pin(EventStore::lock(self, draft, wait))
    }

    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Call<'a, Result<Vec<RecordedEvent>, StoreError>> {
        Box::pin(EventStore::stream_page(self, stream, cursor, limit))
    }

    fn fold_page<'a>(
        &'a self,
        stream: &'a StreamId,
        after: Version,
        limit: u32,
    ) -> Call<'a, Result<Vec<PlacedEvent>, StoreError>> {
        Box::pin(EventStore::fold_page(self, stream, after, limit))
    }

    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> Call<'_, Result<LogPage, StoreError>> {
        Box::pin(EventStore::log_page(self, cursor, limit))
    }

    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Call<'a, Result<QueryPage, StoreError>> {
        Box::pin(EventStore::query_page(self, query, after, limit))
    }

    fn missing_tag<'a>(
        &'a self,
        tags: &'a [EventTag],
    ) -> Call<'a, Result<Option<EventTag>, StoreError>> {
        Box::pin(EventStore::missing_tag(self, tags))
    }

    fn find_request<'a>(
        &'a self,
        request: &'a RequestKey,
    ) -> Call<'a, Result<RequestMemory, StoreError>> {
        Box::pin(EventStore::find_request(self, request))
    }

    fn answer_request(
        &self,
        request: NewRequest,
    ) -> Call<'_, Result<Option<AnsweredRequest>, StoreError>> {
        Box::pin(EventStore::answer_request(self, request))
    }

    fn snapshot_page<'a>(
        &'a self,
        stream: &'a StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Call<'a, Result<SnapshotPage, StoreError>> {
        Box::pin(EventStore::snapshot_page(self, stream, shape, at_most, limit))
    }

    fn save_snapshot<'a>(
        &'a self,
        stream: &'a StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Call<'a, Result<(), StoreError>> {
        Box::pin(EventStore::save_snapshot(self, stream, snapshot, keep))
    }

    fn select_page<'a>(
        &'a self,
        selection: &'a Selection,
        after: Position,
        limit: u32,
    ) -> Call<'a, Result<SelectedPage, StoreError>> {
        Box::pin(EventStore::select_page(self, selection, after, limit))
    }

    fn log_grown(&self, safe: Position) -> Call<'_, ()> {
        Box::pin(EventStore::log_grown(self, safe))
    }

    fn held_up(&self) -> Call<'_, Result<Option<HeldUp>, StoreError>> {
        Box::pin(EventStore::held_up(self))
    }
}

impl EventStore for DynEventStore {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.0.append(append).await
    }

    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.0.lock(draft, wait).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.0.stream_page(stream, cursor, limit).await
    }

    async fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        self.0.fold_page(stream, after, limit).await
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

    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        self.0.missing_tag(tags).await
    }

    async fn find_request(&self, request: &RequestKey) -> Result<RequestMemory, StoreError> {
        self.0.find_request(request).await
    }

    async fn answer_request(
        &self,
        request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        self.0.answer_request(request).await
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

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.0.save_snapshot(stream, snapshot, keep).await
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        self.0.select_page(selection, after, limit).await
    }

    async fn log_grown(&self, safe: Position) {
        self.0.log_grown(safe).await;
    }

    async fn held_up(&self) -> Result<Option<HeldUp>, StoreError> {
        self.0.held_up().await
    }
}
