//! A tag that comes with a later release: a rule across streams never rests on half of what happened.

use std::convert::Infallible;

use es_core::prelude::*;
use es_core::{
    EventName, EventTag, LacksTag, MissingTag, Query, QueryItem, RetagError, RetagStore, Tag,
    TaggedEvent,
};

/// The event in the first release, found by the course alone.
mod first {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "subscribed")]
    pub(crate) struct Subscribed {
        #[event(tag)]
        pub(crate) course: String,
        pub(crate) pupil: String,
    }
}

/// The second release finds a student's subscriptions as well.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed", version = 2)]
struct Subscribed {
    #[event(tag, home)]
    course: String,
    #[event(tag, renamed(from = "pupil", in = 2))]
    student: String,
}

/// The number of courses that a student attends.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
struct Attended {
    #[decision_model(tag)]
    student: String,
    courses: u32,
}

impl Apply<Subscribed> for Attended {
    fn apply(&mut self, _: Subscribed) {
        self.courses += 1;
    }
}

/// A student attends one course.
struct Subscribe(&'static str);

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the student attends a course already")]
struct Busy;

impl Decision for Subscribe {
    type Model = Attended;
    type Events = Subscribed;
    type Error = Busy;

    fn model(&self) -> Attended {
        Attended { student: self.0.to_owned(), courses: 0 }
    }

    fn decide(&self, attended: &Attended) -> Result<Subscribed, Busy> {
        if attended.courses > 0 {
            return Err(Busy);
        }
        Ok(Subscribed { course: "rust".to_owned(), student: self.0.to_owned() })
    }
}

/// The same with a rule of the first release, which asks by course.
#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed))]
struct Seats(#[decision_model(tag = "course")] String);

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {}
}

struct Look;

impl Decision for Look {
    type Model = Seats;
    type Events = ();
    type Error = Infallible;

    fn model(&self) -> Seats {
        Seats("rust".to_owned())
    }

    fn decide(&self, _: &Seats) -> Result<(), Infallible> {
        Ok(())
    }
}

async fn put(store: &MemoryStore, event: impl Into<TaggedEvent>) -> Result<(), AppendError> {
    let new = event.into().to_new(Metadata::default()).unwrap();
    let stream = StreamId::new(Category::new("course").unwrap(), StreamKey::new("go").unwrap());
    store.append(Append::to(stream, ExpectedVersion::Any, vec![new]).unwrap()).await.map(|_| ())
}

fn of_first(student: &str) -> first::Subscribed {
    first::Subscribed { course: "go".to_owned(), pupil: student.to_owned() }
}

fn of_second(student: &str) -> Subscribed {
    Subscribed { course: "go".to_owned(), student: student.to_owned() }
}

fn student() -> EventTag {
    EventTag::new(EventName::of::<Subscribed>(), "student")
}

/// A store in which the first release has subscribed ada.
async fn released() -> MemoryStore {
    let store = MemoryStore::new();
    put(&store, of_first("ada")).await.unwrap();
    store
}

#[tokio::test]
async fn a_decision_on_a_tag_that_stored_events_lack_is_refused_until_they_have_it() {
    let decisions = Decisions::new(released().await);

    let before = decisions.execute(Subscribe("ada")).await.unwrap_err();
    decisions.store().retag::<Subscribed>(|_| {}).await.unwrap();
    let after = decisions.execute(Subscribe("ada")).await.unwrap_err();

    assert!(matches!(&before, DecisionError::MissingTag(MissingTag(tag)) if *tag == student()));
    assert_eq!(
        before.to_string(),
        "event `subscribed` is stored without its tag `student`, under which the decision looks for \
         it; call `RetagStore::retag` for the event when the releases without the tag have ended"
    );
    assert!(matches!(after, DecisionError::Rejected(Busy)), "{after:?}");
}

#[tokio::test]
async fn a_decision_on_tags_that_all_stored_events_have_is_not_refused() {
    let decisions = Decisions::new(released().await);

    decisions.execute(Look).await.unwrap();
}

#[tokio::test]
async fn a_release_without_the_tag_goes_on_until_it_is_complete_and_is_refused_from_then_on() {
    let store = released().await;
    put(&store, of_second("bob")).await.unwrap();
    put(&store, of_first("cleo")).await.unwrap();

    let done = store.retag::<Subscribed>(|_| {}).await.unwrap();
    let refused = put(&store, of_first("dan")).await.unwrap_err();

    assert_eq!(done.events, 3);
    assert!(matches!(refused, AppendError::LacksTag(LacksTag(tag)) if tag == student()));
    put(&store, of_second("dan")).await.unwrap();
    let decisions = Decisions::new(store);
    for name in ["ada", "bob", "cleo", "dan"] {
        let again = decisions.execute(Subscribe(name)).await;
        assert!(matches!(again, Err(DecisionError::Rejected(Busy))), "{name}: {again:?}");
    }
}

#[tokio::test]
async fn a_new_event_is_complete_at_once_and_no_release_without_the_tag_writes_it() {
    let decisions = Decisions::new(MemoryStore::new());

    decisions.execute(Subscribe("ada")).await.unwrap();
    let refused = put(decisions.store(), of_first("ada")).await;

    assert!(matches!(refused, Err(AppendError::LacksTag(_))), "{refused:?}");
}

#[tokio::test]
async fn the_log_stays_as_it_is() {
    let store = released().await;
    put(&store, of_second("bob")).await.unwrap();
    let log = || async { store.log_page(Cursor::START, 10).await.unwrap().events };
    let before = log().await;

    store.retag::<Subscribed>(|_| {}).await.unwrap();

    assert_eq!(log().await, before);
}

#[tokio::test]
async fn what_was_written_stays_when_an_event_cannot_be_read_and_the_next_call_goes_on() {
    let store = MemoryStore::new();
    for nth in 0..150 {
        put(&store, of_first(&format!("s{nth}"))).await.unwrap();
    }
    put(&store, of_first("two\nlines")).await.unwrap();
    let mut told = Vec::new();

    let failed = store.retag::<Subscribed>(|progress| told.push(progress.through)).await;
    let mut again = Vec::new();
    let failed_again = store.retag::<Subscribed>(|progress| again.push(progress.clone())).await;

    assert!(matches!(failed, Err(RetagError::Tags { position: Position(151), .. })), "{failed:?}");
    assert!(matches!(failed_again, Err(RetagError::Tags { .. })));
    assert_eq!(told, [Position(100)]);
    assert_eq!(again, [], "it goes on behind the first page");
    let first =
        Query::new(vec![QueryItem::new(vec![], vec![Tag::new("student", "s7").unwrap()]).unwrap()]);
    let found = store.query_page(&first.unwrap(), Position::START, 10).await.unwrap();
    assert_eq!(found.events.len(), 1);
}

#[tokio::test]
async fn a_tag_that_the_event_has_no_more_is_not_asked_for_after_a_retag() {
    let store = MemoryStore::new();
    put(&store, of_second("ada")).await.unwrap();
    store.retag::<Subscribed>(|_| {}).await.unwrap();
    assert!(put(&store, of_first("bob")).await.is_err());

    // It cannot read version 2; what it asks of appends is said before.
    store.retag::<first::Subscribed>(|_| {}).await.unwrap_err();
    put(&store, of_first("bob")).await.unwrap();

    let decided = Decisions::new(store).execute(Subscribe("ada")).await;
    assert!(matches!(decided, Err(DecisionError::MissingTag(_))), "{decided:?}");
}
