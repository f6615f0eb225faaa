//! What makes a decision be taken again, and what it reads then.

use std::time::Duration;

use es_core::DecisionError;
use es_core::prelude::*;

use super::courses::{Refusal, defined, subscribe, subscribed, unsubscribed};
use super::store::Watched;

#[tokio::test]
async fn an_event_that_matters_makes_the_decision_be_taken_again() {
    let store = Watched::with((defined("c1", 1),)).await;
    store.before_an_append(subscribed("c1", "faster"));

    let answer = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await;

    assert!(matches!(answer, Err(DecisionError::Rejected(Refusal::Full))), "{answer:?}");
    assert_eq!(store.log().await.len(), 2);
}

#[tokio::test]
async fn an_event_of_another_course_and_student_does_not_matter() {
    let store = Watched::with((defined("c1", 1), defined("c2", 1))).await;
    store.before_an_append(subscribed("c2", "s2"));

    Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(store.appends(), 1);
}

#[tokio::test]
async fn a_tolerated_event_does_not_matter() {
    let store = Watched::with((defined("c1", 5), subscribed("c1", "s2"))).await;
    store.before_an_append(unsubscribed("c1", "s2"));

    let done = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(store.appends(), 1);
    assert_eq!(done.model.0.taken, 2, "as it was decided on, and its own event");
}

#[tokio::test]
async fn what_one_model_tolerates_another_may_mind() {
    let store = Watched::with((defined("c1", 5), subscribed("c2", "s1"))).await;
    store.before_an_append(unsubscribed("c2", "s1"));

    let done = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(store.appends(), 2);
    assert_eq!(done.model.1.courses, ["c1"]);
}

#[tokio::test]
async fn a_second_attempt_reads_only_what_is_new() {
    let students: Vec<_> = (0..600).map(|nth| subscribed("c1", &nth.to_string())).collect();
    let store = Watched::with((defined("c1", 1_000), students)).await;
    store.before_an_append(subscribed("c1", "faster"));
    store.before_an_append(subscribed("c1", "faster still"));

    let done = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(store.readings(), [500, 101, 1, 1]);
    assert_eq!(done.model.0.taken, 603);
}

#[tokio::test(start_paused = true)]
async fn the_time_is_bounded_and_what_was_not_known_is_told() {
    let store = Watched::with(defined("c1", 100)).await;
    for student in 0..50 {
        store.before_an_append(subscribed("c1", &student.to_string()));
    }
    let limit = Duration::from_millis(500);

    let decisions = Decisions::new(store.clone()).with_time_limit(limit);
    let error = decisions.execute(subscribe("c1", "s1")).await.unwrap_err();

    let DecisionError::Overtaken { attempts, elapsed, source } = error else {
        panic!("another error: {error:?}");
    };
    assert!((8..20).contains(&attempts), "{attempts} attempts");
    assert!(elapsed >= limit && elapsed < 2 * limit, "{elapsed:?}");
    assert_eq!(store.appends(), usize::try_from(attempts).unwrap());
    assert_eq!(source.position, Position(u64::from(attempts) + 1));
}

#[tokio::test]
async fn no_time_is_one_attempt() {
    let store = Watched::with(defined("c1", 100)).await;
    store.before_an_append(subscribed("c1", "faster"));

    let decisions = Decisions::new(store.clone()).with_time_limit(Duration::ZERO);
    decisions.execute(subscribe("c1", "s1")).await.unwrap_err();

    assert_eq!(store.appends(), 1);
}

#[tokio::test]
async fn an_append_for_a_transaction_of_the_callers_holds_the_condition() {
    let store = Watched::with(defined("c1", 1)).await;
    let decisions = Decisions::new(store.clone());

    let append = decisions.decide(subscribe("c1", "s1"), Metadata::default()).await.unwrap();
    store.put(subscribed("c1", "faster")).await;
    let refused = store.append(append.expect("an event was decided")).await;

    assert!(matches!(refused, Err(AppendError::Condition(_))), "{refused:?}");
}
