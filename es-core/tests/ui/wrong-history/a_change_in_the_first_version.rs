use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 1)]
struct Opened {
    #[event(added(in = 1, default))]
    owner: String,
}

fn main() {}
