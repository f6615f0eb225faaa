//! Subjects of the tests: a log, a store of sagas, and rows.

use std::future::Future;
use std::time::Duration;

use es_core::projection::{Progress, ProjectionBatch, Registration};
use es_core::sagas::{SagaQuery, SagaRow, SagaStore};
use es_core::{
    Category, Cursor, EventStore, Position, ProjectionId, ProjectionName, ProjectionStore,
    StreamId, StreamKey, Timestamp,
};
use tokio::time::{sleep, timeout};

/// A log and a store of sagas under test.
#[derive(Clone, Debug)]
pub struct Subjects<L, K> {
    /// The log.
    pub log: L,
    /// The store of sagas.
    pub kept: K,
}

impl<L: EventStore, K: SagaStore> Subjects<L, K> {
    /// Saves rows in a batch that is committed, and returns the rows of `streams` as that batch saw them before.
    pub(super) async fn save(&self, rows: &[SagaRow], streams: &[StreamId]) -> Vec<SagaRow> {
        let incarnation = self.log.log_page(Cursor::END, 1).await.expect("a log").incarnation;
        // A projection of its own for each batch, since its first one needs no slot.
        let name = ProjectionName::new(format!("b-{}", uuid::Uuid::now_v7().simple()));
        let id = ProjectionId::new(name.expect("a name"), 1);
        let progress = self.kept.progress();
        let registered = progress.register(&Registration::new(id.clone(), incarnation)).await;
        registered.expect("the name is new");
        let batch = progress.prepare(&id).await.expect("it is registered");
        let mut batch = batch.expect("nobody has prepared it");
        let before = self.kept.rows(batch.db(), streams).await.expect("rows are read");
        self.kept.save(batch.db(), rows).await.expect("rows are saved");
        batch.commit(Progress::default()).await.expect("the batch is committed");
        before
    }

    pub(super) async fn find(&self, query: &SagaQuery, limit: u32) -> Vec<SagaRow> {
        self.kept.find(query, limit).await.expect("rows are found")
    }
}

/// An instance of a saga.
pub(super) fn instance(saga: &str, key: &str) -> StreamId {
    let saga = Category::new(saga).expect("a name");
    StreamId::new(saga, StreamKey::new(key).expect("a line of text"))
}

/// The instant that many seconds after the first one of a test.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_800_000_000_000_000 + seconds * 1_000_000)
}

/// The row of an instance that is to be started.
pub(super) fn starting(saga: &str, key: &str) -> SagaRow {
    SagaRow::starting(instance(saga, key), Position(7), at(0))
}

/// Calls until the answer is `Some`.
pub(super) async fn eventually<T, F: Future<Output = Option<T>>>(ask: impl Fn() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(30), asking).await.expect("it comes within half a minute")
}
