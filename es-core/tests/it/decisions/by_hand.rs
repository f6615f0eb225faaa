//! Models without the derive.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{DecisionError, InvalidQuery, Query, QueryItem, Tag};

use super::courses::{Subscribed, defined, subscribed, unsubscribed};
use super::store::Watched;

#[derive(EventSet)]
enum Attendance {
    Subscribed(Subscribed),
}

/// How often anybody has come to a course, or a student to any.
#[derive(Clone, Debug)]
struct Visits(u32);

impl DecisionModel for Visits {
    type Event = Attendance;

    /// A subscription of that student to that course matches both.
    fn query(&self) -> Result<Query, InvalidQuery> {
        let course = QueryItem::of::<Attendance>(vec![Tag::new("course", "c1")?])?;
        let student = QueryItem::new(vec![], vec![Tag::new("student", "s1")?])?;
        Query::new(vec![course, student])
    }

    fn evolve(&mut self, Attendance::Subscribed(_): Attendance) {
        self.0 += 1;
    }
}

#[derive(Debug)]
struct Count;

impl Decision for Count {
    type Model = (Visits, Visits);
    type Events = ();
    type Error = Infallible;

    fn model(&self) -> Self::Model {
        (Visits(0), Visits(100))
    }

    fn decide(&self, _: &Self::Model) -> Result<(), Infallible> {
        Ok(())
    }
}

#[tokio::test]
async fn each_model_folds_an_event_once_however_many_of_its_items_it_matches() {
    let subscribed = [
        subscribed("c1", "s1"),
        subscribed("c1", "s2"),
        subscribed("c2", "s1"),
        subscribed("c2", "s2"),
    ];
    let store = Watched::with((defined("c1", 5), subscribed)).await;

    let done = Decisions::new(store).execute(Count).await.unwrap();

    assert_eq!((done.model.0.0, done.model.1.0), (3, 103));
}

#[tokio::test]
async fn an_event_that_is_found_and_not_known_is_an_error_that_says_where_it_stands() {
    let store = Watched::with((subscribed("c1", "s1"), unsubscribed("c1", "s1"))).await;

    let error = Decisions::new(store).execute(Count).await.unwrap_err();

    let DecisionError::Decode(error) = error else {
        panic!("another error: {error:?}");
    };
    assert_eq!(error.stream.to_string(), "course/c1");
    assert_eq!((error.version, error.position), (Version(2), Position(2)));
}
