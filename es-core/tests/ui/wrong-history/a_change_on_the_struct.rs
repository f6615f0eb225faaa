use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
#[event(added(in = 2, default))]
struct Opened {
    owner: String,
}

fn main() {}
