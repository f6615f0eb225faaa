use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "room-booked")]
struct Booked {
    #[event(tags)]
    nights: Vec<String>,
}

fn main() {}
