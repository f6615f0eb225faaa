//! Requests that are answered once: their locks, their transactions, and how they are forgotten.

use es_core::prelude::*;
use es_core::{
    AnsweredRequest, AppendError, NewRequest, Payload, RequestFingerprint, RequestId, RequestKey,
    RequestMemory, RequestScope, StoreErrorKind, Timestamp,
};
use es_postgres::{PgStore, sqlx};

use crate::support::{Fixture, append, exact, fixture, part};

fn key(id: &str) -> RequestKey {
    RequestKey::new(RequestScope::new("account").unwrap(), RequestId::new(id).unwrap())
}

fn request(id: &str, number: u64) -> NewRequest {
    let answer = Payload::parse(number.to_string()).unwrap();
    NewRequest::new(key(id), RequestFingerprint(number), answer)
}

fn once(stream: &str, id: &str, number: u64) -> Append {
    append(stream, ExpectedVersion::Any, 1).with_request(request(id, number))
}

fn first_answer<T: std::fmt::Debug>(refused: Result<T, AppendError>) -> AnsweredRequest {
    match refused {
        Err(AppendError::Answered(first)) => *first,
        other => panic!("expected the first answer, not {other:?}"),
    }
}

async fn memory(fixture: &Fixture, id: &str) -> RequestMemory {
    fixture.store.find_request(&key(id)).await.unwrap()
}

/// Time passes for the answers that are kept.
async fn days_pass(fixture: &Fixture, days: i32) {
    sqlx::query("UPDATE es.request_memory SET since = since - $1 * interval '1 day'")
        .bind(days)
        .execute(&fixture.pool)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_under_way_is_waited_for() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();

    let store = fixture.store.clone();
    let second = tokio::spawn(async move { store.append(once("b", "r1", 2)).await });
    let store = fixture.store.clone();
    let third = tokio::spawn(async move { store.answer_request(request("r1", 3)).await });
    fixture.until_waiting(2).await;
    open.commit().await.unwrap();

    assert_eq!(first_answer(second.await.unwrap()).answer.as_str(), "1");
    assert_eq!(third.await.unwrap().unwrap().unwrap().answer.as_str(), "1");
    assert!(fixture.versions("b").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_transaction_ends_without_it_is_free_again() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();
    let store = fixture.store.clone();
    let second = tokio::spawn(async move { store.append(once("b", "r1", 2)).await });
    fixture.until_waiting(1).await;

    open.rollback().await.unwrap();

    second.await.unwrap().unwrap();
    assert_eq!(memory(&fixture, "r1").await.answered.unwrap().answer.as_str(), "2");
    assert!(fixture.versions("a").await.is_empty());
}

/// It may hold streams that the other one waits for, so it does not wait itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_the_callers_does_not_wait_for_a_request() {
    let fixture = fixture().await;
    let mut open = fixture.pool.begin().await.unwrap();
    fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap();

    let mut other = fixture.pool.begin().await.unwrap();
    let error = fixture.store.append_within(&mut other, once("b", "r1", 2)).await.unwrap_err();

    let AppendError::Store(error) = error else { panic!("another error: {error:?}") };
    assert_eq!(error.kind(), StoreErrorKind::Contention);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_the_callers_transaction_is_found_there() {
    let fixture = fixture().await;
    fixture.store.append(once("a", "r1", 1)).await.unwrap();

    let mut open = fixture.pool.begin().await.unwrap();
    let refused = fixture.store.append_within(&mut open, once("b", "r1", 2)).await;
    fixture.store.append_within(&mut open, once("b", "r2", 3)).await.unwrap();
    open.commit().await.unwrap();

    assert_eq!(first_answer(refused).answer.as_str(), "1");
    assert_eq!(fixture.versions("b").await, [1]);
}

/// Every form of an append keeps the answer: of one stream, of several, too large for a statement.
#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_an_append_keeps_its_answer() {
    let fixture = fixture().await;
    let several = vec![part("a", exact(0), 1), part("b", exact(0), 0)];
    let appends = [
        append("c", exact(0), 2),
        Append::new(several).unwrap(),
        append("d", ExpectedVersion::NoStream, 5_000),
    ];
    for (nth, append) in appends.into_iter().enumerate() {
        let id = format!("r{nth}");
        let append = append.with_request(request(&id, nth as u64));

        let stored = fixture.store.append(append.clone()).await.unwrap();
        let again = fixture.store.append(append).await.unwrap();
        let refused = fixture.store.append(once("e", &id, 9)).await;

        let versions: Vec<_> = stored.streams.iter().map(|stream| stream.version).collect();
        assert_eq!(first_answer(refused).versions, versions);
        assert!(again.already);
    }
    assert!(fixture.versions("e").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_append_through_a_lock_keeps_its_answer() {
    let fixture = fixture().await;
    let draft = append("a", ExpectedVersion::Any, 1);
    let lock = fixture.store.lock(&draft, std::time::Duration::from_secs(5)).await.unwrap();

    lock.unwrap().append(once("a", "r1", 1)).await.unwrap();

    assert_eq!(first_answer(fixture.store.append(once("b", "r1", 2)).await).answer.as_str(), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_forgotten_when_both_halves_are_old() {
    let fixture = fixture().await;
    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    fixture.store.answer_request(request("r2", 2)).await.unwrap();

    days_pass(&fixture, 8).await;
    let week = memory(&fixture, "r1").await;
    fixture.store.answer_request(request("r3", 3)).await.unwrap();
    let both = (memory(&fixture, "r1").await, memory(&fixture, "r2").await);
    days_pass(&fixture, 8).await;
    let later = PgStore::new(fixture.pool.clone());
    later.find_request(&key("r1")).await.unwrap();
    let fortnight = (memory(&fixture, "r1").await, memory(&fixture, "r2").await);
    let newest = memory(&fixture, "r3").await;

    assert!(week.answered.is_some() && week.since.is_none(), "{week:?}");
    assert!(both.0.answered.is_some() && both.1.answered.is_some(), "{both:?}");
    let begun = both.0.since.expect("the first half may have been emptied");
    assert!(fortnight.0.answered.is_none() && fortnight.1.answered.is_none(), "{fortnight:?}");
    assert!(newest.answered.is_some() && newest.since > Some(begun), "{newest:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM es.requests").await, 1);
}

/// A backup reads for a long time. Others wait for a moment only, and nothing is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_that_somebody_reads_is_forgotten_later() {
    let fixture = fixture().await;
    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    days_pass(&fixture, 8).await;
    let mut backup = fixture.pool.begin().await.unwrap();
    sqlx::query("SELECT * FROM es.requests").fetch_all(&mut *backup).await.unwrap();

    let found = memory(&fixture, "r1").await;
    let while_it_reads = fixture.number("SELECT turn FROM es.request_memory").await;
    fixture.store.append(once("a", "r2", 2)).await.unwrap();
    backup.commit().await.unwrap();
    let another = PgStore::new(fixture.pool.clone());
    another.find_request(&key("r1")).await.unwrap();

    assert!(found.answered.is_some());
    assert_eq!(while_it_reads, 0);
    assert_eq!(fixture.number("SELECT turn FROM es.request_memory").await, 1);
    assert!(memory(&fixture, "r2").await.answered.is_some());
}

/// The halves change places between the look of a statement and its locks: it sees by the number of the turns
/// that it may not know of an answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_looked_before_the_halves_changed_places_has_no_verdict() {
    let fixture = fixture().await;
    let mut early = fixture.pool.begin().await.unwrap();
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        .execute(&mut *early)
        .await
        .unwrap();
    sqlx::query("SELECT * FROM es.request_memory").fetch_all(&mut *early).await.unwrap();
    fixture.store.append(once("a", "r1", 1)).await.unwrap();
    let turn = "UPDATE es.request_memory SET half = 1 - half, turn = nextval('es.request_turns')";
    sqlx::query(turn).execute(&fixture.pool).await.unwrap();

    let late = sqlx::query_scalar(include_str!("../../sql/answer_request.sql"))
        .bind("account")
        .bind("r1")
        .bind(2_i64)
        .bind("2")
        .bind(Vec::<i64>::new())
        .bind(false);
    let kept: bool = late.fetch_one(&mut *early).await.unwrap();

    assert!(!kept);
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

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "counted")]
struct Counted {}

#[derive(Aggregate, Default, Clone, Debug, PartialEq)]
#[aggregate(name = "counter", id = String, events(Counted))]
struct Counter {
    total: u32,
}

impl Apply<Counted> for Counter {
    fn apply(&mut self, _: Counted) {
        self.total += 1;
    }
}

#[derive(Command, Serialize, Clone, Debug)]
#[command(aggregate = Counter, any)]
struct Count {
    #[command(id)]
    counter: String,
}

impl Decide<Count> for Counter {
    type Events = Counted;

    fn decide(&self, _: Count) -> Result<Counted, Self::Error> {
        Ok(Counted {})
    }
}

fn count() -> Count {
    Count { counter: "doors".into() }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_answers_as_the_first_one() {
    let fixture = fixture().await;
    let id = RequestId::new("r1").unwrap();
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    let done = counters.execute_once(&id, count()).await.unwrap();
    counters.execute(count()).await.unwrap();

    let restarted = Repository::<Counter, _>::new(PgStore::new(fixture.pool.clone()));
    let again = restarted.execute_once(&id, count()).await.unwrap();

    assert!(again.again());
    assert_eq!((again.state, again.version, again.events), (done.state, done.version, done.events));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_answer_may_be_forgotten_is_refused_by_its_instant() {
    let fixture = fixture().await;
    days_pass(&fixture, 8).await;
    memory(&fixture, "any").await;
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    // Of October 2025, by its UUIDv7.
    let old = RequestId::new("0199e9e4-2f10-7b6c-8d11-3c5a7d1f20ab").unwrap();

    let error = counters.execute_once(&old, count()).await.unwrap_err();

    let ExecuteError::Request(es_core::RequestError::TooOld { since, .. }) = error else {
        panic!("another error: {error:?}");
    };
    assert!(since < Timestamp::now());
    assert_eq!(counters.load(&"doors".into()).await.unwrap().version, Version::NONE);
}
