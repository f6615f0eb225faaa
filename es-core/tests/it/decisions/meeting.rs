//! Decisions that meet on a tag, in one process.

use std::time::Duration;

use es_core::RecordedEvent;
use es_core::prelude::*;
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::courses::{Subscribed, defined, subscribe};
use super::store::Watched;

const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn decisions_that_meet_are_appended_together() {
    let store = Watched::with(defined("c1", 100)).await;
    let decisions = Decisions::new(store.clone());

    let wishes = (0..60).map(|student| decisions.execute(subscribe("c1", &student.to_string())));
    let answers = join_all(wishes).await;

    let taken: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().model.0.taken).collect();
    assert_eq!(taken, (1..=60).collect::<Vec<_>>());
    assert_eq!(store.appends(), 2);
}

#[tokio::test]
async fn decisions_that_share_no_tag_go_by_themselves() {
    let store = Watched::with((defined("c1", 9), defined("c2", 9))).await;
    let decisions = Decisions::new(store.clone());

    let (one, other) = tokio::join!(
        decisions.execute(subscribe("c1", "s1")),
        decisions.execute(subscribe("c2", "s2")),
    );

    assert_eq!((one.unwrap().model.0.taken, other.unwrap().model.0.taken), (1, 1));
    assert_eq!(store.appends(), 2);
}

fn subscribed(event: &RecordedEvent) -> Option<Subscribed> {
    event.clone().decode::<SubscribedOnly>().ok()?.into_iter().next().map(|event| {
        match event.event {
            SubscribedOnly::Subscribed(event) => event,
        }
    })
}

#[derive(EventSet, Debug, Clone, PartialEq)]
enum SubscribedOnly {
    Subscribed(Subscribed),
}

#[tokio::test]
async fn the_log_has_them_in_the_order_in_which_they_were_decided() {
    let courses: Vec<_> = ["c1", "c2"].iter().map(|course| defined(course, 100)).collect();
    let store = Watched::with(courses).await;
    let decisions = Decisions::new(store.clone());
    let wish = |nth: usize| subscribe(["c1", "c2"][nth % 2], &(nth / 3).to_string());

    let answers = join_all((0..30).map(|nth| decisions.execute(wish(nth)))).await;

    let log = store.log().await;
    for answer in answers {
        let decided = answer.unwrap();
        let position = decided.position().unwrap();
        let student = subscribed(&decided.events[0]).unwrap().student;
        let attended: Vec<_> = log
            .iter()
            .filter(|event| event.position <= position)
            .filter_map(subscribed)
            .filter(|event| event.student == student)
            .map(|event| event.course)
            .collect();
        assert_eq!(decided.model.1.courses, attended);
    }
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_is_kept_and_not_polled_holds_nobody_up() {
    for polls in 0..6 {
        let store = Watched::with(defined("c1", 100)).await;
        let decisions = Decisions::new(store.clone());
        let mut kept = Box::pin(decisions.execute(subscribe("c1", "kept")));
        let mut done = None;
        for _ in 0..polls {
            done = done.or_else(|| (&mut kept).now_or_never());
        }

        let other = timeout(SOON, decisions.execute(subscribe("c1", "other"))).await;

        let other = other.unwrap_or_else(|_| panic!("held up after {polls} polls"));
        assert!(other.unwrap().model.0.taken >= 1);
        match done {
            Some(done) => done.unwrap(),
            None => kept.await.unwrap(),
        };
        assert_eq!(store.log().await.len(), 3, "{polls} polls");
    }
}

#[tokio::test(start_paused = true)]
async fn the_others_go_on_when_one_is_dropped() {
    let store = Watched::with(defined("c1", 100)).await;
    let decisions = Decisions::new(store.clone());
    let mut first = Box::pin(decisions.execute(subscribe("c1", "first")));
    let mut second = Box::pin(decisions.execute(subscribe("c1", "second")));
    let mut third = Box::pin(decisions.execute(subscribe("c1", "third")));
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    assert!((&mut third).now_or_never().is_none());

    drop(first);
    drop(second);
    let third = timeout(SOON, third).await;

    assert_eq!(third.expect("held up").unwrap().model.0.taken, 1);
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_long_queue_of_a_runtime_that_ends_holds_up_none_of_another() {
    let (ending, live) = (runtime(), runtime());
    let store = live.block_on(Watched::with(defined("c1", 100)));
    let decisions = Decisions::new(store.clone());
    let mut wishes: Vec<_> = (0..5_000)
        .map(|nth| Box::pin(decisions.execute(subscribe("c1", &nth.to_string()))))
        .collect();
    ending.block_on(async {
        assert!(wishes.iter_mut().all(|wish| wish.now_or_never().is_none()));
    });
    let mut others: Vec<_> = (0..5)
        .map(|nth| Box::pin(decisions.execute(subscribe("c1", &format!("other {nth}")))))
        .collect();
    live.block_on(async {
        assert!(others.iter_mut().all(|wish| wish.now_or_never().is_none()));
    });

    drop(ending);

    live.block_on(async {
        for wish in wishes {
            let error = wish.await.unwrap_err();
            assert!(matches!(error, DecisionError::Append(AppendError::Store(_))), "{error:?}");
        }
        let others = join_all(others).await;
        let taken: Vec<_> = others.into_iter().map(|done| done.unwrap().model.0.taken).collect();
        assert_eq!(taken, [1, 2, 3, 4, 5]);
    });
}
