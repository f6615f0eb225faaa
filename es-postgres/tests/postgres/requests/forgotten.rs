//! Old answers are forgotten, half of them at a time.

use std::time::Duration;

use es_core::prelude::*;
use es_postgres::sqlx::Executor;
use es_postgres::{PgStore, PgStoreOptions};
#[cfg(unix)]
use {
    super::statements::{STORED, append_once},
    es_postgres::sqlx::{self, PgPool},
    test_servers::TestServer,
};

use super::{TURN, days_pass, key, memory, once, request};
use crate::support::{Fixture, fixture};

/// A process that has not tried to forget anything yet looks for an answer.
async fn another_process_looks(fixture: &Fixture) {
    let another = PgStore::new(fixture.pool.clone());
    another.find_request(&key("any")).await.unwrap();
}

/// Looks for an answer until a task waits that would forget some: each does for a tenth of a second, beside whoever
/// looked.
async fn until_a_task_waits(fixture: &Fixture) {
    for _ in 0..500 {
        another_process_looks(fixture).await;
        if fixture.waiting().await > 0 {
            return;
        }
    }
    panic!("no task waits");
}

#[cfg(unix)]
async fn until_turn_1(pool: &PgPool) {
    for _ in 0..5000 {
        if sqlx::query_scalar::<_, i64>(TURN).fetch_one(pool).await.unwrap() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("nothing is forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_forgotten_when_both_halves_are_old() {
    let fixture = fixture().await;
    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    fixture.store.answer_request(request("r2", 2)).await.unwrap();

    days_pass(&fixture.pool, 8).await;
    let week = memory(&fixture, "r1").await;
    fixture.until(TURN, 1).await;
    fixture.store.answer_request(request("r3", 3)).await.unwrap();
    let both = (memory(&fixture, "r1").await, memory(&fixture, "r2").await);
    days_pass(&fixture.pool, 8).await;
    another_process_looks(&fixture).await;
    fixture.until(TURN, 2).await;
    let fortnight = (memory(&fixture, "r1").await, memory(&fixture, "r2").await);
    let newest = memory(&fixture, "r3").await;

    assert!(week.answered.is_some() && week.since.is_none(), "{week:?}");
    assert!(both.0.answered.is_some() && both.1.answered.is_some(), "{both:?}");
    let begun = both.0.since.expect("the first half may have been emptied");
    assert!(fortnight.0.answered.is_none() && fortnight.1.answered.is_none(), "{fortnight:?}");
    assert!(newest.answered.is_some() && newest.since > Some(begun), "{newest:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.requests").await, 1);
}

/// Looked for on the sixth day and on the twelfth: forgotten too early, the halves would have changed places twice.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_remembered_for_seven_days() {
    let fixture = fixture().await;
    fixture.store.answer_request(request("r1", 1)).await.unwrap();
    days_pass(&fixture.pool, 6).await;
    another_process_looks(&fixture).await;
    days_pass(&fixture.pool, 6).await;
    another_process_looks(&fixture).await;

    fixture.until(TURN, 1).await;

    assert!(memory(&fixture, "r1").await.answered.is_some());
    assert_eq!(fixture.number(TURN).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_remembered_for_as_long_as_the_store_is_told() {
    let fixture = fixture().await;
    let month = Duration::from_hours(30 * 24);
    let options = || PgStoreOptions::new().with_request_memory(month);
    let store = || PgStore::with_options(fixture.pool.clone(), options());
    fixture.store.answer_request(request("r1", 1)).await.unwrap();
    days_pass(&fixture.pool, 29).await;
    store().find_request(&key("r1")).await.unwrap();
    days_pass(&fixture.pool, 29).await;
    store().find_request(&key("r1")).await.unwrap();

    fixture.until(TURN, 1).await;

    assert!(store().find_request(&key("r1")).await.unwrap().answered.is_some());
    assert_eq!(fixture.number(TURN).await, 1);
}

/// A backup reads for a long time. Others wait for a moment only, and nothing is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_that_somebody_reads_is_forgotten_later() {
    let fixture = fixture().await;
    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    days_pass(&fixture.pool, 8).await;
    let mut backup = fixture.pool.begin().await.unwrap();
    backup.fetch_all("SELECT * FROM es.requests").await.unwrap();

    until_a_task_waits(&fixture).await;
    fixture.store.append(once("a", "r2", 2)).await.unwrap();
    let while_it_reads = fixture.number(TURN).await;
    backup.commit().await.unwrap();
    another_process_looks(&fixture).await;
    fixture.until(TURN, 1).await;

    assert_eq!(while_it_reads, 0);
    assert!(memory(&fixture, "r1").await.answered.is_some());
    assert!(memory(&fixture, "r2").await.answered.is_some());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_an_append_is_stored_with_its_answer_in_one_statement() {
    let server = TestServer::start();
    let pool = PgStore::pool_options().connect(&server.url("postgres")).await.unwrap();
    let store = PgStore::new(pool.clone());
    store.migrate().await.unwrap();
    days_pass(&pool, 8).await;
    store.find_request(&key("r1")).await.unwrap();
    until_turn_1(&pool).await;
    pool.close().await;

    server.kill();
    server.start_again();

    let pool = PgStore::pool_options().connect(&server.url("postgres")).await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    assert_eq!(append_once(&mut connection, "r1", "").await, STORED);
}

/// A sequence keeps a number of a transaction that was rolled back: every statement takes itself for one that looked
/// too early, and the locked forms keep the answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_was_counted_and_not_taken_costs_no_answer() {
    let fixture = fixture().await;
    fixture.number("SELECT nextval('es.request_turns')").await;

    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    fixture.store.answer_request(request("r2", 2)).await.unwrap();

    assert!(memory(&fixture, "r1").await.answered.is_some());
    assert!(memory(&fixture, "r2").await.answered.is_some());
}
