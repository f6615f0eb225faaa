use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "room-booked")]
struct Booked {
    #[event(tag, tags = "night")]
    night: String,
}

fn main() {}
