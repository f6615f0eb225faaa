//! The statements that keep an answer, run by themselves: the locks that they try, and how they know that they have
//! looked too early.

use es_core::EventStore;
use es_postgres::sqlx::{self, AssertSqlSafe, Executor, PgConnection, Row};
use uuid::Uuid;

use super::once;
use crate::support::fixture;

/// The verdict of an append that is stored.
pub(super) const STORED: i32 = 0;

/// The verdict of one that the locked form has to decide on.
const BUSY: i32 = 2;

/// Runs `append_once.sql` for the request `id` and an event with `tags` on a stream of that name.
pub(super) async fn append_once(connection: &mut PgConnection, id: &str, tags: &str) -> i32 {
    let statement = sqlx::query(include_str!("../../../sql/append_once.sql"))
        .bind("account")
        .bind(id)
        .bind(-1_i64)
        .bind(vec![Uuid::now_v7()])
        .bind(vec!["money-deposited"])
        .bind(vec![1])
        .bind(vec!["{}"])
        .bind(vec!["{}"])
        .bind(if tags.is_empty() { Vec::new() } else { vec![tags] })
        .bind(0_i64)
        .bind("account")
        .bind(id)
        .bind(1_i64)
        .bind("1");
    let row = statement.fetch_one(connection).await.unwrap();
    row.get::<Vec<i32>, _>("verdicts")[0]
}

/// Runs `answer_request.sql`; true if the answer is kept.
async fn answer(connection: &mut PgConnection, id: &str) -> bool {
    let statement = sqlx::query_scalar(include_str!("../../../sql/answer_request.sql"))
        .bind("account")
        .bind(id)
        .bind(2_i64)
        .bind("2")
        .bind(Vec::<i64>::new())
        .bind(false);
    statement.fetch_one(connection).await.unwrap()
}

const OF_THE_REQUEST: &str = "SELECT pg_advisory_xact_lock(1163067397, hashtext('account/r1'))";
const OF_THE_GATE: &str = "SELECT pg_advisory_xact_lock(1163067394, 0)";
const OF_THE_TAG: &str = "SELECT pg_advisory_xact_lock(1163067395, hashtext('course:c1'))";
const OF_THE_STREAM: &str = "SELECT pg_advisory_xact_lock(1163067393, hashtext('account/r1'))";

#[tokio::test(flavor = "multi_thread")]
async fn an_append_that_finds_one_of_its_locks_taken_has_no_verdict() {
    let fixture = fixture().await;
    let mut connection = fixture.pool.acquire().await.unwrap();
    for lock in [OF_THE_REQUEST, OF_THE_GATE, OF_THE_TAG, OF_THE_STREAM] {
        let mut other = fixture.pool.begin().await.unwrap();
        other.execute(AssertSqlSafe(lock)).await.unwrap();

        let verdict = append_once(&mut connection, "r1", "course:c1").await;
        other.rollback().await.unwrap();

        assert_eq!(verdict, BUSY, "{lock}");
    }
    assert_eq!(fixture.number("SELECT count(*) FROM es.events").await, 0);
    assert_eq!(append_once(&mut connection, "r1", "course:c1").await, STORED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_finds_one_of_its_locks_taken_is_not_kept() {
    let fixture = fixture().await;
    let mut connection = fixture.pool.acquire().await.unwrap();
    for lock in [OF_THE_REQUEST, OF_THE_GATE] {
        let mut other = fixture.pool.begin().await.unwrap();
        other.execute(AssertSqlSafe(lock)).await.unwrap();

        let is_kept = answer(&mut connection, "r1").await;
        other.rollback().await.unwrap();

        assert!(!is_kept, "{lock}");
    }
    assert!(answer(&mut connection, "r1").await);
}

/// The halves change places between the look of a statement and its locks: it sees by the number of the turns
/// that it may not know of an answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_looked_before_the_halves_changed_places_has_no_verdict() {
    let fixture = fixture().await;
    let mut early = fixture.pool.begin().await.unwrap();
    early.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    early.fetch_all("SELECT * FROM es.request_memory").await.unwrap();
    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    let turn = "UPDATE es.request_memory SET half = 1 - half, turn = nextval('es.request_turns')";
    fixture.pool.execute(turn).await.unwrap();

    assert!(!answer(&mut early, "r1").await);
    assert_eq!(append_once(&mut early, "r1", "").await, BUSY);
}
