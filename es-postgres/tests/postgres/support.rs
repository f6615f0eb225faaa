//! A migrated store in a database of its own, and events to put into it.

use std::pin::Pin;
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    AppendError, Appended, EventName, NewEvent, Payload, QueryItem, RawEvent, StreamAppend,
};
use es_postgres::PgStore;
use es_postgres::sqlx::postgres::PgPoolOptions;
use es_postgres::sqlx::{self, PgPool};
use es_testing::postgres::TestDatabase;
use futures_util::FutureExt;

/// Fields are dropped in this order: the database goes last.
pub(crate) struct Fixture {
    pub(crate) store: PgStore,
    /// The service's own pool; the store uses it too.
    pub(crate) pool: PgPool,
    pub(crate) database: TestDatabase,
}

pub(crate) async fn fixture() -> Fixture {
    let database = TestDatabase::create().await;
    let pool = PgPoolOptions::new()
        .max_connections(12)
        .test_before_acquire(false)
        .connect(database.url())
        .await
        .unwrap();
    let store = PgStore::new(pool.clone());
    store.migrate().await.unwrap();
    Fixture { store, pool, database }
}

/// Begins calls like this one, until one is under way when it was polled once. A server may answer within
/// that one poll, when the caller has to wait for a core: such a call is over, and nobody's to keep.
pub(crate) fn begun<F: Future>(mut call: impl FnMut() -> F) -> Pin<Box<F>> {
    loop {
        let mut future = Box::pin(call());
        if future.as_mut().now_or_never().is_none() {
            return future;
        }
    }
}

const WAITING: &str = "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) \
                       WHERE NOT granted AND datname = current_database()";

impl Fixture {
    pub(crate) async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }

    /// How many sessions wait for a lock.
    pub(crate) async fn waiting(&self) -> i64 {
        self.number(WAITING).await
    }

    /// Returns once so many sessions wait for a lock.
    pub(crate) async fn until_waiting(&self, sessions: i64) {
        self.until(WAITING, sessions).await;
    }

    /// Returns once the query answers with `number`; fails where it never does.
    pub(crate) async fn until(&self, sql: &'static str, number: i64) {
        for _ in 0..5000 {
            if self.number(sql).await == number {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("waited in vain for {number} from: {sql}");
    }

    /// Checks that every connection of the pool can write.
    pub(crate) async fn every_session_writes(&self) {
        let mut all = Vec::new();
        for _ in 0..self.pool.options().get_max_connections() {
            let mut connection = self.pool.acquire().await.unwrap();
            let read_only = sqlx::query_scalar("SHOW default_transaction_read_only");
            let read_only: String = read_only.fetch_one(&mut *connection).await.unwrap();
            assert_eq!(read_only, "off");
            all.push(connection);
        }
    }

    pub(crate) async fn put(
        &self,
        key: &str,
        expected: ExpectedVersion,
        events: usize,
    ) -> Result<Appended, AppendError> {
        self.store.append(append(key, expected, events)).await
    }

    pub(crate) async fn versions(&self, key: &str) -> Vec<u64> {
        self.store
            .stream_page(&stream(key), Cursor::<Version>::START, 10_000)
            .await
            .unwrap()
            .iter()
            .map(|event| event.version.0)
            .collect()
    }
}

pub(crate) fn stream(key: &str) -> StreamId {
    StreamId::new(Category::new("account").unwrap(), StreamKey::new(key).unwrap())
}

pub(crate) fn event(payload: &str) -> NewEvent {
    NewEvent::new(
        RawEvent::new(
            EventName::new("money-deposited").unwrap(),
            SchemaVersion(1),
            Payload::parse(payload).unwrap(),
        ),
        Metadata::default(),
    )
}

pub(crate) fn events(count: usize) -> Vec<NewEvent> {
    (0..count).map(|nth| event(&format!(r#"{{"cents":{nth}}}"#))).collect()
}

pub(crate) fn append(key: &str, expected: ExpectedVersion, count: usize) -> Append {
    Append::to(stream(key), expected, events(count)).unwrap()
}

pub(crate) fn part(key: &str, expected: ExpectedVersion, count: usize) -> StreamAppend {
    StreamAppend::new(stream(key), expected, events(count))
}

pub(crate) fn exact(version: u64) -> ExpectedVersion {
    ExpectedVersion::Exact(Version(version))
}

/// An event of type `name` with `tags`, as `name:value`.
pub(crate) fn tagged(name: &str, tags: &[&str]) -> NewEvent {
    let raw = RawEvent::new(
        EventName::new(name).unwrap(),
        SchemaVersion(1),
        Payload::parse("{}").unwrap(),
    );
    NewEvent::new(raw, Metadata::default())
        .with_tags(tags.iter().map(|tag| tag.parse().unwrap()).collect())
}

/// The item of a query.
pub(crate) fn item(types: &[&str], tags: &[&str]) -> QueryItem {
    QueryItem::new(
        types.iter().map(|name| EventName::new(*name).unwrap()).collect(),
        tags.iter().map(|tag| tag.parse().unwrap()).collect(),
    )
    .unwrap()
}

/// Some numbers, the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}
