//! Handlers that are a part of an append: what they do to its transaction refuses it, once and soon.

use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_postgres::PgStore;
use es_postgres::sqlx;

use super::support::{Deed, Deeds, Do, Doer, says, swallows};
use crate::support::{Fixture, fixture};

async fn with_deeds() -> (Fixture, Repository<Doer, PgStore>) {
    let fixture = fixture().await;
    let store = fixture.store.inline(Deeds).await.unwrap();
    // How often a handler was called shows beyond the transaction that it was called in.
    execute(&fixture, "CREATE SEQUENCE public.calls").await;
    (fixture, Repository::new(store))
}

async fn execute(fixture: &Fixture, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&fixture.pool).await.unwrap();
}

fn chain(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

async fn is_refused(deed: Deed, reason: &str) {
    let (fixture, doers) = with_deeds().await;
    doers.execute(Do { doer: "ada".into(), deed: Deed::Nothing }).await.unwrap();

    let began = Instant::now();
    let refused = doers.execute(Do { doer: "bob".into(), deed: deed.clone() }).await.unwrap_err();

    let text = chain(&refused);
    assert!(began.elapsed() < Duration::from_secs(2), "{deed:?} took {:?}", began.elapsed());
    assert!(
        text.contains("the inline projection `deeds v1` failed on event `deed-done`"),
        "{text}"
    );
    assert!(text.contains("stream `doer/bob`") && text.contains(reason), "{deed:?}: {text}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 1, "{deed:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM deeds.deed").await, 1, "{deed:?}");
    let calls = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM public.calls";
    assert!(fixture.number(calls).await <= 1, "{deed:?} is not done again");
    doers.execute(Do { doer: "cyd".into(), deed: Deed::Nothing }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_refuses_the_append() {
    is_refused(Deed::Panics, "a handler panicked: a handler panics").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_refuses_the_append() {
    let sql =
        "SELECT nextval('public.calls'); SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)";
    is_refused(says(sql), "statement timeout").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_and_a_rollback_refuse_the_append() {
    for sql in ["COMMIT", "ROLLBACK", "ROLLBACK; BEGIN", "COMMIT AND CHAIN"] {
        is_refused(swallows(sql), "the transaction is the framework's").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_show_at_the_commit_refuses_the_append() {
    is_refused(says("INSERT INTO owned VALUES (7)"), "violates foreign key constraint").await;
    let deed = swallows("INSERT INTO deed VALUES ('ada', 1)");
    is_refused(deed, "it went on after a statement that had failed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_path_left_changed_refuses_the_append() {
    is_refused(says("SET LOCAL search_path = public"), "changed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_transaction_is_a_savepoint() {
    let (fixture, doers) = with_deeds().await;

    doers.execute(Do { doer: "bob".into(), deed: Deed::Nests { commits: true } }).await.unwrap();
    doers.execute(Do { doer: "bob".into(), deed: Deed::Nests { commits: false } }).await.unwrap();

    assert_eq!(fixture.number("SELECT sum(times)::bigint FROM deeds.deed").await, 3);
}
