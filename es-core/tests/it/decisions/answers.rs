//! What a decision answers when it causes nothing, and what is told when it cannot be taken.

use std::convert::Infallible;
use std::error::Error;

use es_core::prelude::*;
use es_core::{CorrelationId, DecisionError, InvalidText, Tag, Tagged};

use super::courses::{Refusal, Seats, defined, subscribe, subscribed};
use super::store::Watched;

/// An error and its sources.
fn chain(error: &dyn Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source)));
    format!("{error}{}", source.unwrap_or_default())
}

#[tokio::test]
async fn a_refusal_stores_nothing() {
    let store = Watched::with(defined("c1", 0)).await;

    let answer = Decisions::new(store.clone()).execute(subscribe("c1", "s1")).await;

    assert!(matches!(answer, Err(DecisionError::Rejected(Refusal::Full))), "{answer:?}");
    assert_eq!(store.appends(), 0);
}

#[tokio::test]
async fn metadata_is_handed_on() {
    let store = Watched::with((defined("c1", 5), subscribed("c1", "s1"))).await;
    let decisions = Decisions::new(store);
    let first = decisions.execute(subscribe("c1", "s2")).await.unwrap();

    let next = decisions.execute_with(subscribe("c1", "s3"), &first.events[0]).await.unwrap();

    let correlation = |events: &[es_core::RecordedEvent]| -> Option<CorrelationId> {
        events[0].metadata.correlation_id.clone()
    };
    assert!(correlation(&first.events).is_some());
    assert_eq!(correlation(&next.events), correlation(&first.events));
}

#[tokio::test]
async fn a_model_whose_tag_has_no_value_is_told_before_anything_is_read() {
    let store = Watched::default();

    let error = Decisions::new(store.clone()).execute(subscribe("", "s1")).await.unwrap_err();

    assert!(matches!(error, DecisionError::Query(_)), "{error:?}");
    assert_eq!(
        chain(&error),
        "the value of the tag `course` \"\" is empty; \
         allowed are 1 to 512 bytes of UTF-8 without control characters"
    );
    assert_eq!(store.readings(), [0; 0]);
}

#[tokio::test]
async fn lost_answers_are_neither_failures_nor_second_events() {
    let store = Watched::with(defined("c1", 5)).await;
    let decisions = Decisions::new(store.clone());

    store.lose(2, 0);
    let after_lost_readings = decisions.execute(subscribe("c1", "s1")).await.unwrap();
    store.lose(0, 2);
    let after_a_lost_append = decisions.execute(subscribe("c1", "s2")).await.unwrap();

    assert_eq!(after_lost_readings.model.0.taken, 1);
    assert_eq!(after_a_lost_append.model.0.taken, 2);
    assert_eq!(after_a_lost_append.events, store.log().await[2..]);
}

/// Asks nothing that could be wrong, and causes what cannot be stored.
#[derive(Debug)]
struct Define(&'static str);

impl Decision for Define {
    type Model = Seats;
    type Events = crate::decisions::courses::CourseDefined;
    type Error = Infallible;

    fn model(&self) -> Seats {
        Seats::new("c1")
    }

    fn decide(&self, _: &Seats) -> Result<Self::Events, Infallible> {
        Ok(defined(self.0, 1))
    }
}

#[tokio::test]
async fn an_event_whose_tag_has_no_sound_value_is_told_and_not_stored() {
    let store = Watched::default();

    let error = Decisions::new(store.clone()).execute(Define("two\nlines")).await.unwrap_err();

    assert!(matches!(error, DecisionError::Encode(_)), "{error:?}");
    assert_eq!(
        chain(&error),
        "event `course-defined` cannot be encoded: the value of the tag `course` \"two\\nlines\" \
         holds the control character U+000A at byte 3; \
         allowed are 1 to 512 bytes of UTF-8 without control characters"
    );
    assert_eq!(store.appends(), 0);
}

/// Says that it has tags and has none, as only an event by hand can.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Bare;

impl Event for Bare {
    const NAME: &'static str = "bare";
    const VERSION: SchemaVersion = SchemaVersion(1);

    fn tags(&self) -> Result<Vec<Tag>, InvalidText> {
        Ok(Vec::new())
    }
}

impl Tagged for Bare {}

impl Describe for Bare {
    fn describe(&self) -> es_core::Description {
        es_core::Description::new("Bare", es_core::FieldStyle::Unit)
    }
}

#[derive(Debug)]
struct CauseBare;

impl Decision for CauseBare {
    type Model = Seats;
    type Events = Bare;
    type Error = Infallible;

    fn model(&self) -> Seats {
        Seats::new("c1")
    }

    fn decide(&self, _: &Seats) -> Result<Bare, Infallible> {
        Ok(Bare)
    }
}

#[tokio::test]
async fn an_event_without_tags_is_told_what_is_missing() {
    let error = Decisions::new(Watched::default()).execute(CauseBare).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        "event `bare` has no home, the tag that names its stream; \
         put `#[event(tag, home)]` on the field that says where it belongs, or give it a tag of the name `Event::HOME`"
    );
}
