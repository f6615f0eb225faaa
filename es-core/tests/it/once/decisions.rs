//! Decisions across streams, with the ids of requests.

use es_core::prelude::*;
use es_core::{NoRejection, TaggedEvent};

use super::{is_reused, request};
use crate::decisions::courses::*;
use crate::decisions::store::Watched;

/// Defines two courses, of which none is there; changes nothing if the first is.
#[derive(Serialize, Clone, Debug)]
struct DefineBoth {
    first: String,
    second: String,
}

impl Decision for DefineBoth {
    type Model = Seats;
    type Events = Vec<TaggedEvent>;
    type Error = NoRejection;

    fn model(&self) -> Seats {
        Seats::new(&self.first)
    }

    fn decide(&self, course: &Seats) -> Result<Vec<TaggedEvent>, NoRejection> {
        if course.capacity > 0 {
            return Ok(Vec::new());
        }
        let (first, second) = (&self.first, &self.second);
        Ok(vec![defined(first, 1).into(), defined(second, 2).into(), defined(first, 3).into()])
    }
}

fn both() -> DefineBoth {
    DefineBoth { first: "a".into(), second: "b".into() }
}

#[tokio::test]
async fn a_decision_that_is_sent_again_is_answered_as_the_first_time() {
    let store = Watched::with(defined("c1", 5)).await;
    let decisions = Decisions::new(store.clone());
    let done = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();
    decisions.execute(subscribe("c1", "bob")).await.unwrap();

    let again = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();

    assert!(again.again() && !done.again());
    assert_eq!(again.model, done.model);
    assert_eq!(again.events, done.events);
}

#[tokio::test]
async fn a_refusal_is_the_first_one_though_there_is_room_by_now() {
    let store = Watched::with(defined("c1", 0)).await;
    let decisions = Decisions::new(store.clone());
    decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap_err();
    store.put(defined("c1", 5)).await;

    let again = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await;

    assert!(matches!(again, Err(DecisionError::Rejected(Refusal::Full))), "{again:?}");
}

#[tokio::test]
async fn events_of_several_streams_come_back_in_the_order_of_the_decision() {
    let decisions = Decisions::new(MemoryStore::new());
    let done = decisions.execute_once(&request("r1"), both()).await.unwrap();

    let again = decisions.execute_once(&request("r1"), both()).await.unwrap();

    assert_eq!(again.events.len(), 3);
    assert_eq!(again.events, done.events);
    assert_eq!(again.model, done.model);
}

#[tokio::test]
async fn a_decision_that_changed_nothing_is_answered_with_the_model_of_then() {
    let store = Watched::with(defined("a", 1)).await;
    let decisions = Decisions::new(store.clone());
    let done = decisions.execute_once(&request("r1"), both()).await.unwrap();
    store.put(defined("a", 9)).await;

    let again = decisions.execute_once(&request("r1"), both()).await.unwrap();

    assert!(again.again() && again.events.is_empty());
    assert_eq!(again.model, done.model);
}

#[tokio::test]
async fn an_id_with_another_decision_is_refused() {
    let store = Watched::with(defined("c1", 5)).await;
    let decisions = Decisions::new(store.clone());
    decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();

    let other = decisions.execute_once(&request("r1"), subscribe("c1", "bob")).await.unwrap_err();
    let another = decisions.execute_once(&request("r1"), both()).await.unwrap_err();

    assert!(matches!(other, DecisionError::Request(error) if is_reused(&error)));
    assert!(matches!(another, DecisionError::Request(error) if is_reused(&error)));
}

/// Of two events that the decision finds one is not to be seen yet: it is tolerated, and so counts neither
/// for the condition nor for the answer.
#[tokio::test]
async fn a_later_answer_knows_what_the_decision_knew_and_no_more() {
    let store = Watched::with((defined("c1", 5), subscribed("c1", "bob"))).await;
    store.put_late(unsubscribed("c1", "bob")).await;
    store.put(subscribed("c1", "eve")).await;
    let decisions = Decisions::new(store.clone());
    let done = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();

    let again = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();

    assert_eq!(done.model.0.taken, 3);
    assert_eq!(again.model, done.model);
}

#[tokio::test]
async fn an_overtaken_decision_is_taken_again_with_the_same_request() {
    let store = Watched::with(defined("c1", 5)).await;
    for student in ["s1", "s2", "s3"] {
        store.before_an_append(subscribed("c1", student));
    }
    let decisions = Decisions::new(store.clone());
    let done = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();

    let again = decisions.execute_once(&request("r1"), subscribe("c1", "ada")).await.unwrap();

    assert_eq!(done.model.0.taken, 4);
    assert_eq!((again.model, again.events), (done.model, done.events));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_send_it_at_once_one_is_taken() {
    let store = Watched::with(defined("c1", 50)).await;
    let decisions = Decisions::new(store.clone());
    let send = |nth: usize| {
        let decisions = decisions.clone();
        tokio::spawn(async move {
            let student = format!("s{}", nth % 10);
            let id = request(&student);
            decisions.execute_once(&id, subscribe("c1", &student)).await.unwrap().events
        })
    };

    let answers: Vec<_> = (0..50).map(send).collect();
    let mut events = Vec::new();
    for answer in answers {
        events.push(answer.await.unwrap());
    }

    for nth in 0..50 {
        assert_eq!(events[nth], events[nth % 10]);
    }
    let last = decisions.execute(subscribe("c1", "last")).await.unwrap();
    assert_eq!(last.model.0.taken, 11);
}
