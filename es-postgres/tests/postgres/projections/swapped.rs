//! Readers of a read model while another version takes its place.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use es_core::Position;
use es_core::projection::{ProjectionBatch, ProjectionStore, Registration, Swap, VersionState};
use es_postgres::sqlx::{self, Connection, PgConnection};

use super::support::{Node, at, failed, incarnation, prepare, prepared, see, version};
use crate::support::fixture;

/// Readers that have prepared their statement see the one row or the other, and no error.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_prepared_statement_reads_the_old_rows_and_then_the_new() {
    let fixture = fixture().await;
    let (old, new) = (version(1), version(2));
    let kept = prepared(&fixture.store, &old).await;
    let node = Node::of(&kept, &old);
    let claims = node.claim(64).await;
    node.seeing().await.commit(at(&claims, 5)).await.unwrap();
    let registration = Registration::new(new.clone(), incarnation(&fixture.store).await);
    assert_eq!(kept.register(&registration).await.unwrap(), VersionState::Building);
    prepare(&kept, &new).await;
    let node = Node::of(&kept, &new);
    let claims = node.claim(64).await;
    let mut batch = node.begin_as(VersionState::Building).await;
    see(batch.db()).await;
    see(batch.db()).await;
    batch.commit(at(&claims, 5)).await.unwrap();

    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let mut reader = PgConnection::connect(fixture.database.url()).await.unwrap();
        let is_over = Arc::clone(&is_over);
        readers.spawn(async move {
            let mut seen: Vec<i64> = Vec::new();
            loop {
                let is_last = is_over.load(Ordering::SeqCst);
                let query = sqlx::query_scalar("SELECT times FROM totals.seen");
                seen.push(query.fetch_one(&mut reader).await.unwrap());
                seen.dedup();
                if is_last {
                    return seen;
                }
            }
        });
    }
    let reading = "SELECT count(*) FROM pg_stat_activity \
                   WHERE datname = current_database() AND query LIKE 'SELECT times%'";
    fixture.until(reading, 3).await;
    assert_eq!(kept.swap(&new).await.unwrap(), Swap::Done);
    is_over.store(true, Ordering::SeqCst);

    while let Some(seen) = readers.join_next().await {
        assert_eq!(seen.unwrap(), [1, 2]);
    }
    assert_eq!(fixture.number("SELECT times FROM totals_v1.seen").await, 1);
    assert!(kept.drop_version(&old).await.unwrap());
    let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'totals%'";
    assert_eq!(fixture.number(left).await, 1);
}

/// A version that is given up after the other one was retired for it: that one goes on.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_version_goes_on_where_the_new_one_is_dropped() {
    let fixture = fixture().await;
    let (old, new) = (version(1), version(2));
    let kept = prepared(&fixture.store, &old).await;
    let node = Node::of(&kept, &old);
    node.seeing().await.commit(at(&node.claim(64).await, 5)).await.unwrap();
    kept.register(&Registration::new(new.clone(), incarnation(&fixture.store).await))
        .await
        .unwrap();
    prepare(&kept, &new).await;
    assert_eq!(kept.swap(&new).await.unwrap(), Swap::NotYet);
    assert_eq!(node.heartbeat().await.state, VersionState::Retired);
    assert!(node.claim(64).await.is_empty());

    assert!(kept.drop_version(&new).await.unwrap());

    assert_eq!(node.heartbeat().await.state, VersionState::Serving);
    node.seeing().await.commit(at(&node.claim(64).await, 6)).await.unwrap();
    assert_eq!(fixture.number("SELECT times FROM totals.seen").await, 2);
}

/// A node that has not heard of the swap yet is given slots after it: it writes into no wrong table, and
/// does not have effects that it should, or the other way about.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_a_node_that_has_not_heard_of_the_swap_is_lost() {
    let fixture = fixture().await;
    let (old, new) = (version(1), version(2));
    let kept = prepared(&fixture.store, &old).await;
    kept.register(&Registration::new(new.clone(), incarnation(&fixture.store).await))
        .await
        .unwrap();
    prepare(&kept, &new).await;
    assert_eq!(kept.swap(&new).await.unwrap(), Swap::Done);
    let node = Node::of(&kept, &new);
    let claims = node.claim(64).await;

    let mut batch = node.begin_as(VersionState::Building).await;
    see(batch.db()).await;
    batch.commit(at(&claims, 1)).await.unwrap_err();

    assert_eq!(fixture.number("SELECT count(*) FROM totals.seen").await, 0);
}

/// The version is stopped by a transaction that has not ended yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_swap_waits_for_whoever_changes_the_version() {
    let fixture = fixture().await;
    let kept = prepared(&fixture.store, &version(1)).await;
    let registration = Registration::new(version(2), incarnation(&fixture.store).await);
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(2)).await;
    let mut stopping = fixture.pool.begin().await.unwrap();
    let stop = "UPDATE es.projections SET stopped = 'why' WHERE version = 2";
    sqlx::query(stop).execute(&mut *stopping).await.unwrap();
    let swapping = tokio::spawn({
        let kept = kept.clone();
        async move { kept.swap(&version(2)).await }
    });
    fixture.until_waiting(1).await;

    stopping.commit().await.unwrap();

    let error = swapping.await.unwrap().unwrap_err();
    assert!(error.source().is_some_and(|why| why.to_string().contains("is stopped")), "{error:?}");
}

/// The version before began with effects further on than it has come.
#[tokio::test(flavor = "multi_thread")]
async fn effects_of_the_next_version_begin_no_sooner_than_those_of_the_one_before() {
    let fixture = fixture().await;
    let kept = fixture.store.projections();
    let mut registration = Registration::new(version(1), incarnation(&fixture.store).await);
    registration.has_effects = true;
    registration.effects_after = Position(100);
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(1)).await;
    registration.id = version(2);
    registration.effects_after = Position::START;
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(2)).await;

    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);

    let claims = Node::of(&kept, &version(2)).claim(64).await;
    assert_eq!(claims.len(), 64);
    assert!(claims.iter().all(|claim| claim.effects_after == Position(100)));
}

/// Its slots hold other events, so that no slot can be compared with the one of its number.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_of_another_key_has_to_come_as_far_as_the_furthest_slot() {
    let fixture = fixture().await;
    let (old, new) = (version(1), version(2));
    let kept = prepared(&fixture.store, &old).await;
    let node = Node::of(&kept, &old);
    let claims = node.claim(64).await;
    node.begin().await.commit(at(&claims, 5)).await.unwrap();
    node.begin().await.commit(at(&claims[7..8], 9)).await.unwrap();
    let mut registration = Registration::new(new.clone(), incarnation(&fixture.store).await);
    registration.keyed_by = "customer".to_owned();
    kept.register(&registration).await.unwrap();
    prepare(&kept, &new).await;
    let node = Node::of(&kept, &new);
    let claims = node.claim(64).await;
    let come_to = async |claims, position| {
        let batch = node.begin_as(VersionState::Building).await;
        batch.commit(at(claims, position)).await.unwrap();
    };

    come_to(&claims[..], 6).await;
    come_to(&claims[7..8], 9).await;
    let early = kept.swap(&new).await.unwrap();
    come_to(&claims[..], 9).await;
    let late = kept.swap(&new).await.unwrap();

    assert_eq!((early, late), (Swap::NotYet, Swap::Done));
}

/// Only an effect would be missed: the rows of the version after it come of all events.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_without_effects_takes_over_from_one_that_has_parked_events() {
    let fixture = fixture().await;
    let (old, new) = (version(1), version(2));
    let kept = prepared(&fixture.store, &old).await;
    let node = Node::of(&kept, &old);
    let mut progress = at(&node.claim(64).await, 5);
    progress.parked = vec![failed("ada", 3, None)];
    node.begin().await.commit(progress).await.unwrap();
    let registration = Registration::new(new.clone(), incarnation(&fixture.store).await);
    kept.register(&registration).await.unwrap();
    prepare(&kept, &new).await;
    let node = Node::of(&kept, &new);
    let claims = node.claim(64).await;
    node.begin_as(VersionState::Building).await.commit(at(&claims, 5)).await.unwrap();

    assert_eq!(kept.swap(&new).await.unwrap(), Swap::Done);
}

/// A batch that is being committed when the swap looks for the first time parks an event.
#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_comes_to_wait_while_a_swap_begins_is_waited_for() {
    let fixture = fixture().await;
    let kept = fixture.store.projections();
    let mut registration = Registration::new(version(1), incarnation(&fixture.store).await);
    registration.has_effects = true;
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(1)).await;
    registration.id = version(2);
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(2)).await;
    let mut committing = fixture.pool.begin().await.unwrap();
    let parked = "WITH batch AS MATERIALIZED ( \
                     SELECT id, pg_advisory_xact_lock_shared(1163067396, id) AS locked \
                       FROM es.projections WHERE version = 1) \
                 INSERT INTO es.parked (projection, key, position, slot, is_first, error, attempts, \
                        category, stream_key, version, recorded_at, id, schema_version, name, payload, \
                        metadata) \
                 SELECT batch.id, 'account/ada', 3, 0, true, 'x', 1, 'account', 'ada', 1, now(), \
                        gen_random_uuid(), 1, 'a', '{}', '{}' FROM batch WHERE batch.locked IS NOT NULL";
    sqlx::query(parked).execute(&mut *committing).await.unwrap();
    let swapping = tokio::spawn({
        let kept = kept.clone();
        async move { kept.swap(&version(2)).await }
    });
    fixture.until_waiting(1).await;

    committing.commit().await.unwrap();

    assert_eq!(swapping.await.unwrap().unwrap(), Swap::Waits);
}

/// Nobody could tell which effects the version between them had.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_with_effects_has_no_way_back_over_another_key() {
    let fixture = fixture().await;
    let kept = fixture.store.projections();
    let mut registration = Registration::new(version(1), incarnation(&fixture.store).await);
    registration.has_effects = true;
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(1)).await;
    (registration.id, registration.has_effects) = (version(2), false);
    registration.keyed_by = "customer".to_owned();
    kept.register(&registration).await.unwrap();
    prepare(&kept, &version(2)).await;
    assert_eq!(kept.swap(&version(2)).await.unwrap(), Swap::Done);

    let refused = kept.reinstate(&version(1)).await.unwrap_err();

    assert!(
        refused.source().is_some_and(|why| why.to_string().contains("has effects")),
        "{refused:?}"
    );
}
