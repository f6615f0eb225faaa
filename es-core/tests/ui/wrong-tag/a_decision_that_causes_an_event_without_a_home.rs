use es_core::TaggedEvents;
use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "room-booked")]
struct Booked {
    #[event(tags = "night")]
    nights: Vec<String>,
}

fn cause(_: impl TaggedEvents) {}

fn main() {
    cause(Booked { nights: Vec::new() });
}
