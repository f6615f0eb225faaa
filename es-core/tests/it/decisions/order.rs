//! Positions are given in one order and become visible in another.

use es_core::DecisionError;
use es_core::prelude::*;

use super::courses::{Refusal, defined, subscribe, subscribed, unsubscribed};
use super::store::Watched;

#[tokio::test]
async fn an_event_that_appears_before_one_that_was_read_is_not_missed() {
    let store = Watched::with(defined("c1", 2)).await;
    store.put_late(subscribed("c1", "late")).await;
    store.put(subscribed("c1", "early")).await;

    let answer = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await;

    assert!(matches!(answer, Err(DecisionError::Rejected(Refusal::Full))), "{answer:?}");
    assert_eq!(
        store.readings(),
        [2, 2],
        "the course and the early one, then the late one before it"
    );
}

#[tokio::test]
async fn what_is_read_twice_counts_once_and_in_the_order_of_the_log() {
    let store = Watched::with(defined("c1", 10)).await;
    store.put_late(subscribed("c2", "s1")).await;
    store.put(subscribed("c3", "s1")).await;
    store.put(unsubscribed("c3", "s1")).await;

    let done = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(done.model.1.courses, ["c2", "c1"]);
    assert_eq!(store.appends(), 2);
}

#[tokio::test]
async fn what_was_seen_beyond_the_safe_position_is_known() {
    let store = Watched::with(defined("c1", 10)).await;
    store.put_late(subscribed("elsewhere", "another")).await;
    store.put(subscribed("c1", "early")).await;

    let done = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(store.appends(), 1, "no event that matters has appeared since");
    assert_eq!(done.model.0.taken, 2);
}

#[tokio::test]
async fn an_event_that_appears_on_an_earlier_page_is_not_missed() {
    let store = Watched::with(defined("c1", 10_000)).await;
    for student in 0..300 {
        store.put(subscribed("c1", &student.to_string())).await;
    }
    store.put_late(subscribed("c1", "late")).await;
    for student in 301..700 {
        store.put(subscribed("c1", &student.to_string())).await;
    }

    let done = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await.unwrap();

    assert_eq!(done.model.0.taken, 701);
    assert_eq!(store.readings(), [500, 200, 400], "the second time from the safe position on");
}
