//! Tags that come with a later release: no decision overlooks what was stored without them.

use es_core::prelude::{Deserialize, Serialize};
use es_core::{
    AppendError, Cursor, Describe, Description, Event, EventStore, EventTag, ExpectedVersion,
    FieldStyle, InvalidText, NewEvent, Position, QueryItem, RetagError, RetagStore, SchemaVersion,
    Tag,
};

use super::subjects::{ALL, about, add, name, query, stream, tag, try_append};

/// The event in the second release: found by course and by student.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
struct Enrolled {
    student: String,
}

impl Event for Enrolled {
    const NAME: &'static str = "enrolled";
    const VERSION: SchemaVersion = SchemaVersion(1);
    const TAGS: &'static [&'static str] = &["course", "student"];

    fn tags(&self) -> Result<Vec<Tag>, InvalidText> {
        Ok(vec![Tag::new("course", "c1")?, Tag::new("student", &self.student)?])
    }
}

impl Describe for Enrolled {
    fn describe(&self) -> Description {
        Description::new("Enrolled", FieldStyle::Named)
    }
}

/// The event as the first release wrote it, found by the course alone.
fn of_the_first(student: &str) -> NewEvent {
    let mut new = about("enrolled", &["course:c1"]);
    let json = serde_json::to_string(&Enrolled { student: student.to_owned() }).expect("JSON");
    new.event.payload = es_core::Payload::parse(json).expect("JSON");
    new
}

fn of_the_second(student: &str) -> NewEvent {
    of_the_first(student).with_tags(vec![tag("course:c1"), tag(&format!("student:{student}"))])
}

fn tags(tag: &str) -> [EventTag; 1] {
    [EventTag::new(name("enrolled"), tag)]
}

async fn missing<S: EventStore>(store: &S, tag: &str) -> bool {
    store.missing_tag(&tags(tag)).await.expect("the store answers").is_some()
}

async fn found<S: EventStore>(store: &S, student: &str) -> usize {
    let item: QueryItem = super::subjects::item(&["enrolled"], &[&format!("student:{student}")]);
    let page = store.query_page(&query([item]), Position::START, ALL).await;
    page.expect("the store answers").events.len()
}

/// A tag that a stored event lacks is missing; one that all have is not.
pub async fn a_tag_that_a_stored_event_lacks_is_missing<S: RetagStore>(store: &S) {
    add(store, &stream("one"), vec![of_the_second("ada"), of_the_first("bob")]).await;

    assert!(missing(store, "student").await, "bob is not found as a student");
    assert!(missing(store, "student").await, "asked again");
    assert!(!missing(store, "course").await, "both are found by the course");
}

/// A tag that all stored events have, also if there are none, is asked of every further one.
pub async fn a_complete_tag_is_asked_of_appends<S: RetagStore>(store: &S) {
    assert!(!missing(store, "student").await, "there is no such event yet");

    let refused =
        try_append(store, &stream("one"), ExpectedVersion::Any, vec![of_the_first("bob")]).await;
    assert!(matches!(refused, Err(AppendError::LacksTag(_))), "no tag, and stored: {refused:?}");
    add(store, &stream("one"), vec![of_the_second("bob")]).await;
    add(store, &stream("one"), vec![about("left", &[])]).await;
    let whole = of_the_first("cleo").with_tag_names(&["course", "student"]);
    add(store, &stream("two"), vec![whole]).await;
}

/// Every stored event is found under all of its tags, and the log is as it was.
pub async fn every_stored_event_is_found_under_its_tags<S: RetagStore>(store: &S) {
    for nth in 0..5 {
        let stored = (0..50).map(|at| of_the_first(&format!("s{nth}-{at}"))).collect();
        add(store, &stream(&format!("n{nth}")), stored).await;
    }
    add(store, &stream("one"), vec![of_the_second("ada"), about("left", &["course:c1"])]).await;
    let before = log(store).await;

    let done = store.retag::<Enrolled>(|_| {}).await.expect("all can be read");

    assert_eq!(done.events, 251, "each is read once");
    assert!(!missing(store, "student").await, "the tag is complete");
    for student in ["s0-0", "s2-49", "s4-49", "ada"] {
        assert_eq!(found(store, student).await, 1, "`{student}` is found");
    }
    assert_eq!(log(store).await, before, "events, positions and streams");
}

async fn log<S: EventStore>(store: &S) -> Vec<es_core::RecordedEvent> {
    store.log_page(Cursor::START, ALL).await.expect("the store answers").events
}

/// The tags that were written stay when a later event cannot be tagged, and the next call goes on behind it.
pub async fn a_retag_that_failed_goes_on_where_it_was<S: RetagStore>(store: &S) {
    let stored = (0..150).map(|nth| of_the_first(&format!("s{nth}"))).collect();
    add(store, &stream("one"), stored).await;
    add(store, &stream("two"), vec![of_the_first("two\nlines")]).await;

    let (mut first, mut second) = (Vec::new(), Vec::new());
    let failed = store.retag::<Enrolled>(|told| first.push(told.through)).await;
    let again = store.retag::<Enrolled>(|told| second.push(told.through)).await;

    assert!(matches!(failed, Err(RetagError::Tags { .. })), "no tag holds a line break");
    assert!(matches!(again, Err(RetagError::Tags { .. })), "it still does not");
    assert!(!first.is_empty(), "a page was written");
    assert!(second.is_empty(), "a page was written twice: {second:?}");
    assert_eq!(found(store, "s7").await, 1, "what was written is found");
    assert!(missing(store, "student").await, "not all is written");
}

/// A release without the tag appends until it is refused: whatever it was told is stored is found.
pub async fn no_event_slips_through_beside_a_retag<S: RetagStore>(store: &S) {
    add(store, &stream("one"), (0..120).map(|nth| of_the_first(&format!("s{nth}"))).collect())
        .await;
    let old = |writer: usize| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut stored = Vec::new();
            for nth in 0..400 {
                let student = format!("w{writer}-{nth}");
                let stream = stream(&format!("w{writer}"));
                let new = vec![of_the_first(&student)];
                match try_append(&store, &stream, ExpectedVersion::Any, new).await {
                    Ok(_) => stored.push(student),
                    Err(AppendError::LacksTag(_)) => break,
                    Err(error) => panic!("{error}"),
                }
                tokio::task::yield_now().await;
            }
            stored
        })
    };
    let writers: Vec<_> = (0..3).map(old).collect();
    tokio::task::yield_now().await;

    store.retag::<Enrolled>(|_| {}).await.expect("all can be read");

    for writer in writers {
        for student in writer.await.expect("it ends") {
            assert_eq!(found(store, &student).await, 1, "`{student}` is stored and not found");
        }
    }
}
