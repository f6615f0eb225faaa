//! Commands with requests, of several processes.

use es_core::prelude::*;
use es_core::{
    NewRequest, Payload, RequestError, RequestFingerprint, RequestId, RequestKey, RequestScope,
    Timestamp,
};
use es_postgres::PgStore;
use es_postgres::sqlx::Executor;

use super::{TURN, days_pass, memory, once, request};
use crate::support::{append, fixture};

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
async fn another_process_refuses_the_id_with_another_command() {
    let fixture = fixture().await;
    let id = RequestId::new("r1").unwrap();
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    counters.execute_once(&id, count()).await.unwrap();

    let restarted = Repository::<Counter, _>::new(PgStore::new(fixture.pool.clone()));
    let windows = Count { counter: "windows".into() };
    let error = restarted.execute_once(&id, windows).await.unwrap_err();

    assert!(matches!(error, ExecuteError::Request(RequestError::Reused { .. })), "{error:?}");
    assert_eq!(restarted.load(&"windows".into()).await.unwrap().version, Version::NONE);
}

/// The second is sent while the first has decided and is not committed: its transaction is the service's.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_whose_request_is_under_way_waits_for_its_answer() {
    let fixture = fixture().await;
    let id = RequestId::new("r1").unwrap();
    let mut open = fixture.pool.begin().await.unwrap();
    let first = NewRequest::new(
        RequestKey::new(RequestScope::of::<Counter>(), id.clone()),
        RequestFingerprint(1),
        Payload::parse("1").unwrap(),
    );
    let part = append("a", ExpectedVersion::Any, 1).with_request(first);
    fixture.store.append_within(&mut open, part).await.unwrap();
    let counters = Repository::<Counter, _>::new(fixture.store.clone());

    let second = tokio::spawn(async move { counters.execute_once(&id, count()).await });
    fixture.until_waiting(1).await;
    open.commit().await.unwrap();

    // It is the answer to something else, and so not this command's.
    let error = second.await.unwrap().unwrap_err();
    assert!(matches!(error, ExecuteError::Request(RequestError::Reused { .. })), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_answer_may_be_forgotten_is_refused_by_its_instant() {
    let fixture = fixture().await;
    days_pass(&fixture.pool, 8).await;
    memory(&fixture, "any").await;
    fixture.until(TURN, 1).await;
    let counters = Repository::<Counter, _>::new(fixture.store.clone());
    // Of October 2025, by its UUIDv7.
    let old = RequestId::new("0199e9e4-2f10-7b6c-8d11-3c5a7d1f20ab").unwrap();

    let error = counters.execute_once(&old, count()).await.unwrap_err();

    let ExecuteError::Request(RequestError::TooOld { since, .. }) = error else {
        panic!("another error: {error:?}");
    };
    assert!(since < Timestamp::now());
    assert_eq!(counters.load(&"doors".into()).await.unwrap().version, Version::NONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_row_of_memory_is_gone_says_so_and_nothing_is_executed() {
    let fixture = fixture().await;
    fixture.pool.execute("DELETE FROM es.request_memory").await.unwrap();
    let counters = Repository::<Counter, _>::new(fixture.store.clone());

    let id = RequestId::new("r1").unwrap();
    let LoadError::Store(found) = load_error(counters.execute_once(&id, count()).await) else {
        panic!("another error");
    };
    let answered = fixture.store.answer_request(request("r1", 1)).await.unwrap_err();
    let mut open = fixture.pool.begin().await.unwrap();
    let appended = fixture.store.append_within(&mut open, once("a", "r1", 1)).await.unwrap_err();

    let gone = "the row of `es.request_memory` is gone; insert it again with its defaults";
    assert!(format!("{found:?}").contains(gone), "{found:?}");
    assert!(format!("{answered:?}").contains(gone), "{answered:?}");
    assert!(format!("{appended:?}").contains(gone), "{appended:?}");
}

fn load_error<T: std::fmt::Debug>(refused: Result<T, ExecuteError<NoRejection>>) -> LoadError {
    match refused {
        Err(ExecuteError::Load(error)) => error,
        other => panic!("another answer: {other:?}"),
    }
}
