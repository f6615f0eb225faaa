use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 3)]
struct Opened {
    #[event(added(in = 2, default), added(in = 3, default))]
    owner: String,
}

fn main() {}
