//! Stores around a store: every method of the trait reaches the store inside.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::{
    AnsweredRequest, Append, AppendError, AppendLock, Appended, Category, Cursor, DynEventStore,
    EventName, EventStore, EventTag, ExpectedVersion, Fingerprint, HeldUp, LogPage, NewRequest,
    Payload, PlacedEvent, Position, Query, QueryItem, QueryPage, RecordedEvent, RequestFingerprint,
    RequestId, RequestKey, RequestMemory, RequestScope, SelectedPage, Selection, Snapshot,
    SnapshotPage, StoreError, StoreErrorKind, StreamId, StreamKey, Version,
};

/// A store that notes the methods that are called, and does nothing.
#[derive(Clone, Default)]
struct Noted(Arc<Mutex<Vec<&'static str>>>);

impl Noted {
    fn note<T>(&self, method: &'static str) -> Result<T, StoreError> {
        self.0.lock().unwrap().push(method);
        Err(StoreError::new(StoreErrorKind::Other, method))
    }
}

impl EventStore for Noted {
    async fn append(&self, _: Append) -> Result<Appended, AppendError> {
        Ok(self.note("append")?)
    }

    async fn lock(&self, _: &Append, _: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.note("lock")
    }

    async fn stream_page(
        &self,
        _: &StreamId,
        _: Cursor<Version>,
        _: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.note("stream_page")
    }

    async fn fold_page(
        &self,
        _: &StreamId,
        _: Version,
        _: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        self.note("fold_page")
    }

    async fn log_page(&self, _: Cursor<Position>, _: u32) -> Result<LogPage, StoreError> {
        self.note("log_page")
    }

    async fn query_page(&self, _: &Query, _: Position, _: u32) -> Result<QueryPage, StoreError> {
        self.note("query_page")
    }

    async fn missing_tag(&self, _: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        self.note("missing_tag")
    }

    async fn find_request(&self, _: &RequestKey) -> Result<RequestMemory, StoreError> {
        self.note("find_request")
    }

    async fn answer_request(&self, _: NewRequest) -> Result<Option<AnsweredRequest>, StoreError> {
        self.note("answer_request")
    }

    async fn snapshot_page(
        &self,
        _: &StreamId,
        _: Fingerprint,
        _: Version,
        _: u32,
    ) -> Result<SnapshotPage, StoreError> {
        self.note("snapshot_page")
    }

    async fn save_snapshot(&self, _: &StreamId, _: Snapshot, _: u32) -> Result<(), StoreError> {
        self.note("save_snapshot")
    }

    async fn select_page(
        &self,
        _: &Selection,
        _: Position,
        _: u32,
    ) -> Result<SelectedPage, StoreError> {
        self.note("select_page")
    }

    async fn log_grown(&self, _: Position) {
        drop(self.note::<()>("log_grown"));
    }

    async fn held_up(&self) -> Result<Option<HeldUp>, StoreError> {
        self.note("held_up")
    }
}

/// A decorator that adds nothing.
#[derive(Clone)]
struct Plain<S>(S);

impl<S: EventStore> es_core::EventStoreDecorator for Plain<S> {
    type Inner = S;

    fn inner(&self) -> &S {
        &self.0
    }
}

/// Calls every method once.
async fn call_all(store: &impl EventStore) {
    let stream = StreamId::new(Category::new("a").unwrap(), StreamKey::new("1").unwrap());
    let append = || Append::to(stream.clone(), ExpectedVersion::Any, Vec::new()).unwrap();
    let snapshot = Snapshot::new(Fingerprint(1), Version(1), Position(1), "{}".to_owned());
    let (scope, id) = (RequestScope::new("a").unwrap(), RequestId::new("1").unwrap());
    let answer = Payload::parse("{}").unwrap();
    let request = NewRequest::new(RequestKey::new(scope, id), RequestFingerprint(1), answer);
    let item = QueryItem::new(vec![EventName::new("a").unwrap()], Vec::new()).unwrap();
    let query = Query::new(vec![item]).unwrap();
    drop(store.append(append()).await);
    drop(store.lock(&append(), Duration::ZERO).await);
    drop(store.stream_page(&stream, Cursor::START, 1).await);
    drop(store.fold_page(&stream, Version::NONE, 1).await);
    drop(store.log_page(Cursor::START, 1).await);
    drop(store.query_page(&query, Position::START, 1).await);
    drop(store.missing_tag(&[]).await);
    drop(store.find_request(&request.key).await);
    drop(store.answer_request(request).await);
    drop(store.snapshot_page(&stream, Fingerprint(1), Version(1), 1).await);
    drop(store.save_snapshot(&stream, snapshot, 1).await);
    drop(store.select_page(&Selection::log(), Position::START, 1).await);
    store.log_grown(Position::START).await;
    drop(store.held_up().await);
}

/// The methods of the trait, from its source.
fn methods() -> Vec<&'static str> {
    let source = include_str!("../../src/store/event_store.rs");
    let body = source.split_once("pub trait EventStore").expect("the trait is there").1;
    let lines = body.lines().filter_map(|line| line.strip_prefix("    fn "));
    lines.filter_map(|line| line.split_once('(')).map(|(name, _)| name).collect()
}

#[tokio::test]
async fn a_store_without_its_type_forwards_every_method() {
    let noted = Noted::default();

    call_all(&DynEventStore::new(noted.clone())).await;

    assert_eq!(*noted.0.lock().unwrap(), methods());
}

#[tokio::test]
async fn a_decorator_forwards_every_method_that_it_does_not_write() {
    let noted = Noted::default();

    call_all(&Plain(noted.clone())).await;

    assert_eq!(*noted.0.lock().unwrap(), methods());
}
