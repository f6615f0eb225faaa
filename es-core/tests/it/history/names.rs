//! Events that are stored under more than one name.

use es_core::{
    Apply, DecisionModel, DecodeError, Event, EventSet, EventType, Payload, QueryItem,
    SchemaVersion, Tag,
};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "subscribed", version = 2, aliases("course-taken", "enrolled"))]
struct Subscribed {
    #[event(tag)]
    course: String,
    #[event(added(in = 2, default))]
    note: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "left")]
struct Left {
    #[event(tag)]
    course: String,
}

#[derive(EventSet, Clone, Debug, PartialEq)]
enum Lesson {
    Left(Left),
    Subscribed(Subscribed),
}

#[derive(DecisionModel, Clone, Debug)]
#[decision_model(events(Subscribed, Left), tolerates(Left))]
struct Seats {
    #[decision_model(tag)]
    course: String,
    taken: u32,
}

impl Apply<Subscribed> for Seats {
    fn apply(&mut self, _: Subscribed) {
        self.taken += 1;
    }
}

impl Apply<Left> for Seats {
    fn apply(&mut self, _: Left) {}
}

fn decode(name: &str, version: u32, stored: &str) -> Result<Lesson, DecodeError> {
    let stored = Payload::parse(stored).expect("JSON");
    let mut read = Lesson::decode(name, SchemaVersion(version), &stored)?.into_iter();
    Ok(read.next().expect("one event"))
}

fn subscribed() -> Lesson {
    Subscribed { course: "c1".into(), note: String::new() }.into()
}

#[test]
fn an_event_is_read_under_each_of_its_names_and_in_each_of_its_versions() {
    let first = r#"{"course":"c1"}"#;
    let second = r#"{"course":"c1","note":""}"#;

    assert_eq!(decode("course-taken", 1, first).expect("sound"), subscribed());
    assert_eq!(decode("enrolled", 1, first).expect("sound"), subscribed());
    assert_eq!(decode("enrolled", 2, second).expect("sound"), subscribed());
    assert_eq!(decode("subscribed", 2, second).expect("sound"), subscribed());
}

#[test]
fn an_event_is_written_under_its_name_of_today() {
    assert_eq!(subscribed().name().as_str(), "subscribed");
    assert_eq!(Subscribed::ALIASES, ["course-taken", "enrolled"]);
}

#[test]
fn a_set_has_the_events_of_all_names() {
    assert!(Lesson::contains("enrolled"));
    assert!(!Lesson::contains("unrolled"));
    let names: Vec<_> = EventType::of::<Subscribed>().names().collect();
    assert_eq!(names, ["subscribed", "course-taken", "enrolled"]);
}

#[test]
fn a_query_for_a_set_finds_the_events_of_all_names() {
    let course: Tag = "course:c1".parse().expect("a tag");

    let item = QueryItem::of::<Lesson>(vec![course]).expect("sound");

    let types: Vec<_> = item.types().iter().map(es_core::EventName::as_str).collect();
    assert_eq!(types, ["left", "subscribed", "course-taken", "enrolled"]);
}

#[test]
fn a_decision_rests_on_the_events_of_all_names() {
    let model = Seats { course: "c1".into(), taken: 0 };

    let condition = model.condition().expect("sound");

    let items = condition.items();
    let types: Vec<_> = items[0].types().iter().map(es_core::EventName::as_str).collect();
    assert_eq!(types, ["subscribed", "course-taken", "enrolled"]);
}
