//! Many who want what is left.

use es_core::DecisionError;
use es_core::prelude::*;
use tokio::task::JoinSet;

use super::courses::{Refusal, Subscribe, defined, subscribe};
use super::store::Watched;

/// All of them at once; how many were granted.
async fn granted(store: &Watched, wishes: impl IntoIterator<Item = Subscribe>) -> usize {
    let decisions = Decisions::new(store.clone());
    let mut racing = JoinSet::new();
    for wish in wishes {
        let decisions = decisions.clone();
        racing.spawn(async move { decisions.execute(wish).await });
    }
    let answers = racing.join_all().await;
    let refused = |error: &DecisionError<_>| {
        matches!(error, DecisionError::Rejected(Refusal::Full | Refusal::Busy))
    };
    assert!(answers.iter().all(|answer| answer.as_ref().err().is_none_or(refused)), "{answers:?}");
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_last_seats_go_to_as_many_students_as_there_are_seats() {
    let store = Watched::with(defined("c1", 7)).await;

    let granted =
        granted(&store, (0..60).map(|student| subscribe("c1", &student.to_string()))).await;

    assert_eq!(granted, 7);
    assert_eq!(store.log().await.len(), 1 + 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_student_who_asks_everywhere_at_once_attends_as_many_courses_as_allowed() {
    let courses: Vec<_> = (0..30).map(|course| defined(&course.to_string(), 10)).collect();
    let store = Watched::with(courses).await;

    let granted = granted(&store, (0..30).map(|course| subscribe(&course.to_string(), "s1"))).await;

    assert_eq!(granted, 3);
    assert_eq!(store.log().await.len(), 30 + 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_requests_for_twenty_seven_nights_as_many_are_confirmed() {
    let nights: Vec<_> = (0..27).map(|night| defined(&format!("night {night}"), 1)).collect();
    let store = Watched::with(nights).await;
    let guest = |nth: usize| subscribe(&format!("night {}", nth % 27), &nth.to_string());

    let granted = granted(&store, (0..200).map(guest)).await;

    assert_eq!(granted, 27);
    assert_eq!(store.log().await.len(), 27 + 27);
}
