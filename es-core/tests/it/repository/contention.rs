//! Commands that meet on one aggregate.

use std::time::Duration;

use es_core::{Conflict, prelude::*};

use super::accounts;
use crate::fixture::*;

#[tokio::test(start_paused = true)]
async fn the_time_is_bounded_and_the_last_conflict_is_told() {
    let store = contended::Contended::new(bank(10).await);
    let limit = Duration::from_millis(500);

    let error = accounts(&store).with_time_limit(limit).execute(deposit(ada(), 1)).await.unwrap_err();

    let ExecuteError::Conflict { attempts, elapsed, source } = error else {
        panic!("another error: {error:?}");
    };
    assert!(elapsed >= limit && elapsed < limit + Duration::from_millis(10), "{elapsed:?}");
    assert_eq!(store.appends(), usize::try_from(attempts).unwrap());
    assert!((8..20).contains(&attempts), "{attempts} attempts");
    let stream = StreamId::of::<Account>(&ada()).unwrap();
    let expected = ExpectedVersion::Exact(Version(2));
    assert_eq!(source, Conflict::new(stream, expected, Version(9)));
}

#[tokio::test]
async fn no_time_is_one_attempt() {
    let store = contended::Contended::new(bank(10).await);
    let accounts = accounts(&store).with_time_limit(Duration::ZERO);

    let error = accounts.execute(deposit(ada(), 1)).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Conflict { attempts: 1, .. }), "{error:?}");
    assert_eq!(store.appends(), 1);
}

mod contended {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use es_core::{
        Append, AppendError, Appended, Conflict, Cursor, EventStore, LogPage, MemoryStore,
        Position, Query, QueryPage, RecordedEvent, StoreError, StreamId, Version,
    };

    /// A store in which others are always faster.
    #[derive(Clone)]
    pub(super) struct Contended {
        inner: MemoryStore,
        appends: Arc<AtomicUsize>,
    }

    impl Contended {
        pub(super) fn new(inner: MemoryStore) -> Self {
            let appends = Arc::default();
            Self { inner, appends }
        }

        pub(super) fn appends(&self) -> usize {
            self.appends.load(Ordering::Relaxed)
        }
    }

    impl EventStore for Contended {
        async fn append(&self, append: Append) -> Result<Appended, AppendError> {
            self.appends.fetch_add(1, Ordering::Relaxed);
            let part = &append.parts()[0];
            Err(Conflict::new(part.stream.clone(), part.expected, Version(9)).into())
        }

        async fn stream_page(
            &self,
            stream: &StreamId,
            cursor: Cursor<Version>,
            limit: u32,
        ) -> Result<Vec<RecordedEvent>, StoreError> {
            self.inner.stream_page(stream, cursor, limit).await
        }

        async fn log_page(
            &self,
            cursor: Cursor<Position>,
            limit: u32,
        ) -> Result<LogPage, StoreError> {
            self.inner.log_page(cursor, limit).await
        }

        async fn query_page(
            &self,
            query: &Query,
            after: Position,
            limit: u32,
        ) -> Result<QueryPage, StoreError> {
            self.inner.query_page(query, after, limit).await
        }
    }
}

/// Each withdrawal writes down the balance that it saw, so one that saw an old balance shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_that_meet_on_one_account_all_count() {
    const TASKS: usize = 8;
    const EACH: usize = 50;

    let store = bank(400).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TASKS {
        let accounts = accounts(&store);
        tasks.spawn(async move {
            for _ in 0..EACH {
                accounts.execute(withdraw(ada(), 1)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;

    let loaded = accounts(&store).load(&ada()).await.unwrap();

    assert_eq!(loaded.state.cents, 0);
    assert_eq!(loaded.version, Version(2).plus(TASKS * EACH));
}
