//! Decorators: stores that add something to another store.

use std::future::Future;
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

/// A store that is another store with something added: a measurement, a rule of the service, a fault in
/// a test.
///
/// Each method that is not written here is that of the [inner](Self::inner) store. A hand-written
/// [`EventStore`] has the defaults of that trait in their place, which are slower than the methods of most
/// stores and give no locks.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use es_core::{Append, AppendError, Appended, EventStore, MemoryStore};
///
/// #[derive(Clone)]
/// struct Counted<S> {
///     store: S,
///     appends: Arc<AtomicU64>,
/// }
///
/// impl<S: EventStore> es_core::EventStoreDecorator for Counted<S> {
///     type Inner = S;
///
///     fn inner(&self) -> &S {
///         &self.store
///     }
///
///     async fn append(&self, append: Append) -> Result<Appended, AppendError> {
///         self.appends.fetch_add(1, Ordering::Relaxed);
///         self.store.append(append).await
///     }
/// }
///
/// fn is_a_store(_: impl EventStore) {}
/// is_a_store(Counted { store: MemoryStore::new(), appends: Arc::default() });
/// ```
///
/// Every decorator is an [`EventStore`]. Name this trait by its path, as above, where methods of the
/// decorator are called as well: both traits have them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event store",
    label = "not an event store",
    note = "use `es_core::MemoryStore`, `es_postgres::PgStore`, or implement `EventStore` and run `es_testing::contract!` against it"
)]
pub trait EventStoreDecorator: Clone + Send + Sync + 'static {
    /// The store that something is added to.
    type Inner: EventStore;

    /// The store that something is added to.
    fn inner(&self) -> &Self::Inner;

    /// See [`EventStore::append`].
    fn append(&self, append: Append) -> impl Future<Output = Result<Appended, AppendError>> + Send {
        self.inner().append(append)
    }

    /// See [`EventStore::lock`].
    fn lock(
        &self,
        draft: &Append,
        wait: Duration,
    ) -> impl Future<Output = Result<Option<AppendLock>, StoreError>> + Send {
        self.inner().lock(draft, wait)
    }

    /// See [`EventStore::stream_page`].
    fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RecordedEvent>, StoreError>> + Send {
        self.inner().stream_page(stream, cursor, limit)
    }

    /// See [`EventStore::fold_page`].
    fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<PlacedEvent>, StoreError>> + Send {
        self.inner().fold_page(stream, after, limit)
    }

    /// See [`EventStore::log_page`].
    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> impl Future<Output = Result<LogPage, StoreError>> + Send {
        self.inner().log_page(cursor, limit)
    }

    /// See [`EventStore::query_page`].
    fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<QueryPage, StoreError>> + Send {
        self.inner().query_page(query, after, limit)
    }

    /// See [`EventStore::missing_tag`].
    fn missing_tag(
        &self,
        tags: &[EventTag],
    ) -> impl Future<Output = Result<Option<EventTag>, StoreError>> + Send {
        self.inner().missing_tag(tags)
    }

    /// See [`EventStore::find_request`].
    fn find_request(
        &self,
        request: &RequestKey,
    ) -> impl Future<Output = Result<RequestMemory, StoreError>> + Send {
        self.inner().find_request(request)
    }

    /// See [`EventStore::answer_request`].
    fn answer_request(
        &self,
        request: NewRequest,
    ) -> impl Future<Output = Result<Option<AnsweredRequest>, StoreError>> + Send {
        self.inner().answer_request(request)
    }

    /// See [`EventStore::snapshot_page`].
    fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> impl Future<Output = Result<SnapshotPage, StoreError>> + Send {
        self.inner().snapshot_page(stream, shape, at_most, limit)
    }

    /// See [`EventStore::save_snapshot`].
    fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.inner().save_snapshot(stream, snapshot, keep)
    }

    /// See [`EventStore::select_page`].
    fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<SelectedPage, StoreError>> + Send {
        self.inner().select_page(selection, after, limit)
    }

    /// See [`EventStore::log_grown`].
    fn log_grown(&self, safe: Position) -> impl Future<Output = ()> + Send {
        self.inner().log_grown(safe)
    }

    /// See [`EventStore::held_up`].
    fn held_up(&self) -> impl Future<Output = Result<Option<HeldUp>, StoreError>> + Send {
        self.inner().held_up()
    }
}

impl<D: EventStoreDecorator> EventStore for D {
    fn append(&self, append: Append) -> impl Future<Output = Result<Appended, AppendError>> + Send {
        EventStoreDecorator::append(self, append)
    }

    fn lock(
        &self,
        draft: &Append,
        wait: Duration,
    ) -> impl Future<Output = Result<Option<AppendLock>, StoreError>> + Send {
        EventStoreDecorator::lock(self, draft, wait)
    }

    fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<RecordedEvent>, StoreError>> + Send {
        EventStoreDecorator::stream_page(self, stream, cursor, limit)
    }

    fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<PlacedEvent>, StoreError>> + Send {
        EventStoreDecorator::fold_page(self, stream, after, limit)
    }

    fn log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> impl Future<Output = Result<LogPage, StoreError>> + Send {
        EventStoreDecorator::log_page(self, cursor, limit)
    }

    fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<QueryPage, StoreError>> + Send {
        EventStoreDecorator::query_page(self, query, after, limit)
    }

    fn missing_tag(
        &self,
        tags: &[EventTag],
    ) -> impl Future<Output = Result<Option<EventTag>, StoreError>> + Send {
        EventStoreDecorator::missing_tag(self, tags)
    }

    fn find_request(
        &self,
        request: &RequestKey,
    ) -> impl Future<Output = Result<RequestMemory, StoreError>> + Send {
        EventStoreDecorator::find_request(self, request)
    }

    fn answer_request(
        &self,
        request: NewRequest,
    ) -> impl Future<Output = Result<Option<AnsweredRequest>, StoreError>> + Send {
        EventStoreDecorator::answer_request(self, request)
    }

    fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> impl Future<Output = Result<SnapshotPage, StoreError>> + Send {
        EventStoreDecorator::snapshot_page(self, stream, shape, at_most, limit)
    }

    fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        EventStoreDecorator::save_snapshot(self, stream, snapshot, keep)
    }

    fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<SelectedPage, StoreError>> + Send {
        EventStoreDecorator::select_page(self, selection, after, limit)
    }

    fn log_grown(&self, safe: Position) -> impl Future<Output = ()> + Send {
        EventStoreDecorator::log_grown(self, safe)
    }

    fn held_up(&self) -> impl Future<Output = Result<Option<HeldUp>, StoreError>> + Send {
        EventStoreDecorator::held_up(self)
    }
}
