//! A log that is put back to a backup under the projection that follows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use es_core::projection::Ended;
use es_core::{AppendError, LogPage, Query, QueryPage, RecordedEvent, StoreError};

use super::fixture::*;

/// A log, and the one that is there in its place from some moment on.
#[derive(Clone)]
struct PutBack {
    log: MemoryStore,
    backup: MemoryStore,
    /// True if the operator said that it is another log by now.
    is_said: bool,
    is_done: Arc<AtomicBool>,
}

impl PutBack {
    fn now(&self) -> &MemoryStore {
        if self.is_done.load(Ordering::SeqCst) { &self.backup } else { &self.log }
    }
}

impl EventStore for PutBack {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.now().append(append).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.now().stream_page(stream, cursor, limit).await
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        let mut page = self.now().log_page(cursor, limit).await?;
        if !self.is_said {
            page.incarnation = self.log.log_page(cursor, 1).await?.incarnation;
        }
        Ok(page)
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.now().query_page(query, after, limit).await
    }
}

/// The end of a projection that has read three events when the log is put back to one of `events`.
async fn end(events: u64, is_said: bool) -> (Ended, Kept) {
    let (log, kept, _) = service();
    let backup = MemoryStore::new();
    let is_done = Arc::new(AtomicBool::new(false));
    let store = PutBack { log: log.clone(), backup: backup.clone(), is_said, is_done };
    enter(&log, "ada", 1..=3).await;
    enter(&backup, "bob", 1..=events).await;
    let projections = Projections::new(store.clone(), kept.clone());
    let mut running = projections.run_with(Ledger::default(), brisk()).await.unwrap();
    until("all is read", || books(&kept).total() == 3).await;

    store.is_done.store(true, Ordering::SeqCst);

    let ended = tokio::time::timeout(LONG, running.ended()).await;
    (ended.expect("it ends"), kept)
}

#[tokio::test]
async fn a_log_that_is_another_one_by_now_ends_it() {
    let (ended, kept) = end(5, true).await;

    assert!(matches!(ended, Ended::OtherLog { .. }), "{ended:?}");
    assert_eq!(books(&kept).total(), 3);
}

#[tokio::test]
async fn a_log_that_ends_before_what_was_read_of_it_ends_it() {
    let (ended, kept) = end(1, false).await;

    let expected = Ended::AheadOfLog { position: Position(3), head: Position(1) };
    assert_eq!(ended, expected);
    assert_eq!(books(&kept).total(), 3);
}
