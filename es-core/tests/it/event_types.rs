//! What a decision can cause, read from the type of its answer.

use es_core::__private::EventTypes;
use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "opened")]
struct Opened {
    #[event(tag)]
    account: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "closed")]
struct Closed;

#[derive(EventSet)]
enum AccountEvent {
    Opened(Opened),
    Closed(Closed),
}

fn names<E: EventTypes<How>, How>() -> Vec<&'static str> {
    E::types().iter().map(|event| event.name).collect()
}

#[test]
fn an_event_is_itself() {
    assert_eq!(names::<Opened, _>(), ["opened"]);
}

#[test]
fn a_set_is_each_of_its_events() {
    assert_eq!(names::<AccountEvent, _>(), ["opened", "closed"]);
    assert_eq!(names::<Vec<AccountEvent>, _>(), ["opened", "closed"]);
}

#[test]
fn forms_are_what_they_hold() {
    assert_eq!(names::<(Closed, Option<Opened>), _>(), ["closed", "opened"]);
    assert_eq!(names::<(Vec<Opened>, [(Closed,); 2]), _>(), ["opened", "closed"]);
    assert_eq!(names::<(), _>(), [""; 0]);
}

#[test]
fn an_event_of_any_type_is_unknown() {
    assert_eq!(names::<Vec<es_core::TaggedEvent>, _>(), [""; 0]);
}
