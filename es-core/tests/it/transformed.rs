//! A copy takes the name of a stream while repositories hold what they read of the old one.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use es_core::prelude::*;
use es_core::{
    Actor, AppendError, Appended, LogPage, Payload, Query, QueryPage, RawEvent, Reason,
    RecordedEvent, Rewrite, StoreError, Transform, TransformStore, Transformed,
};
use futures_util::TryStreamExt;

use crate::fixture::*;

fn stream() -> StreamId {
    StreamId::of::<Account>(&ada()).unwrap()
}

async fn transform(
    store: &MemoryStore,
    mut rewrite: impl FnMut(RecordedEvent) -> Rewrite + Send,
) -> Transformed {
    let transform =
        Transform::new(stream(), Actor::new("mia").unwrap(), Reason::new("wrong cents").unwrap());
    store.transform(transform, |event| Ok::<_, Infallible>(rewrite(event))).await.unwrap()
}

/// Every deposit was of one cent. As many events as before.
fn one_cent(event: RecordedEvent) -> Rewrite {
    if event.event.name.as_str() != "money-deposited" {
        return Rewrite::Keep;
    }
    let payload = Payload::parse(r#"{"cents":1}"#).unwrap();
    let raw = RawEvent::new(event.event.name, event.event.version, payload);
    NewEvent::new(raw, event.metadata).into()
}

#[tokio::test]
async fn a_remembered_state_is_not_decided_on_any_more() {
    let store = bank(10).await;
    let accounts = accounts(&store).with_cache(10);
    accounts.load(&ada()).await.unwrap();
    transform(&store, one_cent).await;

    let refused = accounts.execute(withdraw(ada(), 10)).await.unwrap_err();

    let missing = AccountError::InsufficientFunds { missing: 9 };
    assert!(matches!(refused, ExecuteError::Rejected(why) if why == missing));
}

/// It would have been accepted on the old state as on the new one; but the balance that it writes down
/// is the new one.
#[tokio::test]
async fn what_is_decided_on_a_remembered_state_is_decided_again() {
    let store = bank(10).await;
    let accounts = accounts(&store).with_cache(10);
    accounts.load(&ada()).await.unwrap();
    transform(&store, one_cent).await;

    let done = accounts.execute(withdraw(ada(), 1)).await.unwrap();

    assert_eq!((done.version, done.state.cents), (Version(6), 0));
    assert_eq!(accounts.load(&ada()).await.unwrap().state.cents, 0);
}

/// The new stream has reached every version that the old one had.
#[tokio::test]
async fn a_remembered_state_is_wrong_also_when_the_copy_has_grown() {
    let store = bank(10).await;
    let remembering = accounts(&store).with_cache(10);
    remembering.load(&ada()).await.unwrap();
    transform(&store, one_cent).await;
    for _ in 0..5 {
        accounts(&store).execute(deposit(ada(), 1)).await.unwrap();
    }

    let loaded = remembering.load(&ada()).await.unwrap();

    assert_eq!((loaded.version, loaded.state.cents), (Version(10), 6));
    assert_eq!(loaded.state, accounts(&store).load(&ada()).await.unwrap().state);
}

#[tokio::test]
async fn a_unit_of_work_that_read_before_is_refused() {
    let store = bank(10).await;
    let mut work = UnitOfWork::new(store.clone(), Metadata::default());
    work.execute(withdraw(ada(), 10)).await.unwrap();
    transform(&store, one_cent).await;

    let refused = work.commit().await.unwrap_err();

    assert!(matches!(refused, AppendError::Conflict(_)), "{refused:?}");
}

#[tokio::test]
async fn a_version_from_before_is_said_to_be_in_the_archive() {
    let store = bank(10).await;
    transform(&store, one_cent).await;
    let accounts = accounts(&store);

    let before = accounts.load_at(&ada(), Version(2)).await.unwrap_err();
    let never = accounts.load_at(&ada(), Version(9)).await.unwrap_err();
    let now = accounts.load_at(&ada(), Version(5)).await.unwrap();

    assert_eq!(
        before.to_string(),
        "stream `account/ada` was transformed and begins at version 4; version 2 is kept in its \
         archive"
    );
    assert!(matches!(never, LoadError::NoSuchVersion { actual: Version(5), .. }));
    assert_eq!(now.state.cents, 1);
}

/// A copy has the time of what it stands for, so the past is the corrected one.
#[tokio::test]
async fn the_past_by_the_clock_is_the_corrected_one() {
    let store = bank(10).await;
    let then = store.stream_page(&stream(), Cursor::END, 1).await.unwrap()[0].recorded_at;
    transform(&store, one_cent).await;

    let loaded = accounts(&store).load_as_of(&ada(), then).await.unwrap();

    assert_eq!(loaded.state.cents, 1);
}

/// A store whose stream is transformed after so many pages of it.
#[derive(Clone)]
struct Meanwhile {
    inner: MemoryStore,
    pages: Arc<AtomicU32>,
}

impl Meanwhile {
    fn after(inner: &MemoryStore, pages: u32) -> Self {
        Self { inner: inner.clone(), pages: Arc::new(AtomicU32::new(pages)) }
    }

    /// Before the page after those.
    async fn perhaps(&self) {
        if self.pages.fetch_sub(1, Ordering::SeqCst) == 0 {
            transform(&self.inner, one_cent).await;
        }
    }
}

impl EventStore for Meanwhile {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.inner.append(append).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.perhaps().await;
        self.inner.stream_page(stream, cursor, limit).await
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.inner.log_page(cursor, limit).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.perhaps().await;
        self.inner.query_page(query, after, limit).await
    }
}

/// Ada's account with more deposits of ten cents than a page holds.
async fn long() -> MemoryStore {
    let store = bank(10).await;
    let raw = store.stream_page(&stream(), Cursor::END, 1).await.unwrap().remove(0).event;
    let deposits = (0..1200).map(|_| NewEvent::new(raw.clone(), Metadata::default()));
    let deposits = Append::to(stream(), ExpectedVersion::Any, deposits.collect()).unwrap();
    store.append(deposits).await.unwrap();
    store
}

#[tokio::test]
async fn a_load_that_is_half_done_begins_anew() {
    let store = long().await;

    let loaded = accounts(&Meanwhile::after(&store, 1)).load(&ada()).await.unwrap();

    assert_eq!((loaded.version, loaded.state.cents), (Version(1202 + 1 + 1202), 1201));
}

#[tokio::test]
async fn catching_up_that_is_half_done_begins_anew() {
    let store = long().await;
    let accounts = accounts(&Meanwhile::after(&store, 3)).with_cache(10);
    accounts.load(&ada()).await.unwrap();
    let raw = store.stream_page(&stream(), Cursor::END, 1).await.unwrap().remove(0).event;
    let more = (0..1200).map(|_| NewEvent::new(raw.clone(), Metadata::default()));
    let more = Append::to(stream(), ExpectedVersion::Any, more.collect()).unwrap();
    store.append(more).await.unwrap();

    let loaded = accounts.load(&ada()).await.unwrap();

    assert_eq!((loaded.version, loaded.state.cents), (Version(2402 + 1 + 2402), 2401));
}

#[tokio::test]
async fn a_reader_of_a_stream_is_told_that_it_was_replaced() {
    for cursor in [Cursor::START, Cursor::END] {
        let store = long().await;

        let read = Meanwhile::after(&store, 1).read_stream(&stream(), cursor);
        let error = read.try_collect::<Vec<_>>().await.unwrap_err();

        assert!(error.is_transient());
        let why = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(why, "the stream was transformed while it was read; read it again");
        assert_eq!(read_all(&store, cursor).await, 1202);
    }
}

/// The last page is full, so there is one more, which is empty.
#[tokio::test]
async fn a_reader_that_comes_to_the_old_beginning_is_told_as_well() {
    let store = bank(10).await;
    let raw = store.stream_page(&stream(), Cursor::END, 1).await.unwrap().remove(0).event;
    let deposits = (0..498).map(|_| NewEvent::new(raw.clone(), Metadata::default()));
    let deposits = Append::to(stream(), ExpectedVersion::Any, deposits.collect()).unwrap();
    store.append(deposits).await.unwrap();
    transform(&store, |_| Rewrite::Keep).await;

    let read = Meanwhile::after(&store, 1).read_stream(&stream(), Cursor::<Version>::END);
    let error = read.try_collect::<Vec<_>>().await.unwrap_err();

    assert!(error.is_transient());
    assert_eq!(read_all(&store, Cursor::END).await, 500);
}

async fn read_all(store: &MemoryStore, cursor: Cursor<Version>) -> usize {
    store.read_stream(&stream(), cursor).try_collect::<Vec<_>>().await.unwrap().len()
}
