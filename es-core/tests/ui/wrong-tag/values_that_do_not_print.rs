use es_core::prelude::*;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Night(u32);

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "room-booked")]
struct Booked {
    #[event(tags = "night")]
    nights: Vec<Night>,
}

fn main() {}
