//! A decision that comes to grief among others harms none of them.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};

use es_core::prelude::*;
use futures_util::FutureExt;

use super::courses::{Subscribed, defined, subscribe, subscribed, unsubscribed};
use super::store::Watched;

/// A model that bears so many subscriptions, and panics at the next.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
struct Brittle {
    #[decision_model(tag)]
    course: String,
    bears: u32,
}

impl Apply<Subscribed> for Brittle {
    fn apply(&mut self, _: Subscribed) {
        self.bears = self.bears.checked_sub(1).expect("it breaks");
    }
}

/// Subscribes itself on a brittle model.
struct OnBrittle(u32);

impl Decision for OnBrittle {
    type Model = Brittle;
    type Events = Subscribed;
    type Error = Infallible;

    fn model(&self) -> Brittle {
        Brittle { course: "c1".to_owned(), bears: self.0 }
    }

    fn decide(&self, _: &Brittle) -> Result<Subscribed, Infallible> {
        Ok(subscribed("c1", "brittle"))
    }
}

/// Its model is made once and no more.
struct MadeOnce(AtomicBool);

impl Decision for MadeOnce {
    type Model = Brittle;
    type Events = ();
    type Error = Infallible;

    fn model(&self) -> Brittle {
        assert!(!self.0.swap(true, Ordering::Relaxed), "it is made already");
        Brittle { course: "c1".to_owned(), bears: 100 }
    }

    fn decide(&self, _: &Brittle) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A decision among others panics, and two others that it was taken with do not care.
async fn panics_alone<D: Decision<Model: Send + std::fmt::Debug> + 'static>(decision: D)
where
    D::Error: Send,
{
    let store = Watched::with(defined("c1", 100)).await;
    let decisions = Decisions::new(store.clone());

    let (first, second, panicked, last) = tokio::join!(
        decisions.execute(subscribe("c1", "first")),
        decisions.execute(subscribe("c1", "second")),
        AssertUnwindSafe(decisions.execute(decision)).catch_unwind(),
        decisions.execute(subscribe("c1", "last")),
    );

    let panic = panicked.expect_err("told as an answer");
    let panic =
        panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref().copied());
    assert!(matches!(panic, Some("it breaks" | "it is made already")), "{panic:?}");
    let taken = [first, second, last].map(|done| done.unwrap().model.0.taken);
    assert_eq!(taken, [1, 2, 3]);
}

#[tokio::test]
async fn at_an_event_that_is_stored() {
    panics_alone(OnBrittle(0)).await;
}

#[tokio::test]
async fn at_an_event_that_another_has_decided() {
    panics_alone(OnBrittle(1)).await;
}

#[tokio::test]
async fn at_an_event_of_its_own() {
    panics_alone(OnBrittle(2)).await;
}

#[tokio::test]
async fn at_the_making_of_its_model() {
    panics_alone(MadeOnce(AtomicBool::default())).await;
}

/// A model as nobody writes it.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "unsubscribed")]
struct Left {
    #[event(tag, home)]
    course: String,
    reason: String,
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Left))]
struct Reasons(#[decision_model(tag = "course")] String);

impl Apply<Left> for Reasons {
    fn apply(&mut self, _: Left) {}
}

struct Ask;

impl Decision for Ask {
    type Model = Reasons;
    type Events = ();
    type Error = Infallible;

    fn model(&self) -> Reasons {
        Reasons("c1".to_owned())
    }

    fn decide(&self, _: &Reasons) -> Result<(), Infallible> {
        Ok(())
    }
}

/// Ends a subscription.
struct Leave;

impl Decision for Leave {
    type Model = Brittle;
    type Events = crate::decisions::courses::Unsubscribed;
    type Error = Infallible;

    fn model(&self) -> Brittle {
        Brittle { course: "c1".to_owned(), bears: 100 }
    }

    fn decide(&self, _: &Brittle) -> Result<Self::Events, Infallible> {
        Ok(unsubscribed("c1", "first"))
    }
}

#[tokio::test]
async fn nothing_is_decided_without_an_event_that_cannot_be_read() {
    let store = Watched::with(defined("c1", 100)).await;
    let decisions = Decisions::new(store.clone());

    let (first, left, asked, last) = tokio::join!(
        decisions.execute(subscribe("c1", "first")),
        decisions.execute(Leave),
        decisions.execute(Ask),
        decisions.execute(subscribe("c1", "last")),
    );

    let unread = asked.unwrap_err();
    assert!(matches!(unread, DecisionError::Decode(_)), "{unread:?}");
    assert_eq!(first.unwrap().model.0.taken, 1);
    assert_eq!(left.unwrap().events.len(), 1);
    assert_eq!(last.unwrap().model.0.taken, 1);
}
