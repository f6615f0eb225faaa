use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
#[event(removed(note, in = 2))]
struct Opened {
    owner: String,
}

fn main() {}
