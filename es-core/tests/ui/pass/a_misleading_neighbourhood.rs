//! Methods, traits and fields that have the names of those in the expansions.

use es_core::prelude::*;

trait Loud {
    fn name(&self) -> &'static str {
        "loud"
    }
    fn encode(&self) {}
    fn describe(&self, _: u32) {}
    fn clone(&self) {}
    fn push_to(&self) {}
    fn show(&self) {}
    fn fact(&self) {}
}
impl<T> Loud for T {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-opened")]
struct Opened {
    name: u32,
    version: u32,
    event: u32,
    events: u32,
    f: u32,
}

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = u32, events(Opened))]
struct Door {
    event: u32,
}

impl Apply<Opened> for Door {
    fn apply(&mut self, event: Opened) {
        self.event = event.event;
    }
}

impl Door {
    fn apply(&self) {}
}

fn main() {
    Door::default().apply();
    let opened = Opened { name: 1, version: 2, event: 3, events: 4, f: 5 };
    assert_eq!(Describe::describe(&DoorEvent::from(opened)).fields.len(), 5);
}
