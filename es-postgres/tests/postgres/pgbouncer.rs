//! Behind pgbouncer in transaction mode: every transaction in whichever session is free.

use std::sync::OnceLock;

use es_core::prelude::*;
use es_core::{AppendError, StoreErrorKind};
use es_postgres::sqlx::PgPool;
use es_postgres::{PgStore, PgStoreOptions};
use futures_util::TryStreamExt;
use test_servers::{TestPooler, TestServer};
use tokio::task::JoinSet;

use crate::support::{append, part};

/// One for all tests of the process, which ends it. Each has a database of its own.
struct Pooled {
    pooler: TestPooler,
    server: TestServer,
}

fn pooled() -> &'static Pooled {
    static POOLED: OnceLock<Pooled> = OnceLock::new();
    POOLED.get_or_init(|| {
        let server = TestServer::start();
        Pooled { pooler: TestPooler::before(&server), server }
    })
}

/// A pool that reaches a migrated database through the pooler; migrated directly.
async fn pool() -> PgPool {
    let Pooled { pooler, server } = pooled();
    let database = server.create_database();
    PgStore::connect(&server.url(&database)).await.unwrap().migrate().await.unwrap();
    PgStore::pool_options().connect(&pooler.url(&database)).await.unwrap()
}

async fn fresh_store() -> (PgStore, ()) {
    (PgStore::with_options(pool().await, PgStoreOptions::new().without_prepared_statements()), ())
}

mod contract {
    es_testing::contract!(super::fresh_store);
}

/// Ten connections of two services meet in four sessions, on few streams, in transactions of their
/// own and of the store's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_services_write_and_read_through_few_sessions() {
    let ours = pool().await;
    let store =
        PgStore::with_options(ours.clone(), PgStoreOptions::new().without_prepared_statements());
    let mut writers = JoinSet::new();

    for writer in 0..10 {
        let (store, pool) = (store.clone(), ours.clone());
        writers.spawn(async move {
            for round in 0..20 {
                let own = format!("own-{writer}");
                let parts = vec![
                    part("hot", ExpectedVersion::Any, 1),
                    part(&own, ExpectedVersion::Any, 1),
                    part("never", ExpectedVersion::NoStream, 0),
                ];
                let hot = Append::new(parts).unwrap();
                if round % 2 == 0 {
                    store.append(hot).await.unwrap();
                } else {
                    let mut transaction = pool.begin().await.unwrap();
                    store.append_within(&mut transaction, hot).await.unwrap();
                    transaction.commit().await.unwrap();
                }
            }
        });
    }
    while let Some(writer) = writers.join_next().await {
        writer.unwrap();
    }

    let log: Vec<_> = store.read_log(Cursor::<Position>::START).try_collect().await.unwrap();
    assert_eq!(log.len(), 400);
}

/// What a service meets that does not say so: one of its connections prepares a statement under a
/// name that another one has given in the same session.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn prepared_statements_behind_a_pooler_are_told_with_their_cure() {
    let pool = pool().await;
    let mut writers = JoinSet::new();

    for nth in 0..8 {
        let store = PgStore::new(pool.clone());
        writers.spawn(async move {
            for _ in 0..20 {
                store.append(append(&format!("s{nth}"), ExpectedVersion::Any, 1)).await?;
            }
            Ok::<_, AppendError>(())
        });
    }
    let mut told = Vec::new();
    while let Some(answer) = writers.join_next().await {
        if let Err(AppendError::Store(error)) = answer.unwrap() {
            told.push((error.kind(), std::error::Error::source(&error).unwrap().to_string()));
        }
    }

    let (kind, why) = told.first().expect("eight connections in four sessions do meet");
    assert_eq!(*kind, StoreErrorKind::Unsupported, "{told:?}");
    assert!(why.contains("pgbouncer") && why.contains("without_prepared_statements"), "{why}");
}
