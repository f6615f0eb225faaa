use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 4)]
struct Opened {
    #[event(added(in = 2, default))]
    owner: String,
    #[event(added(in = 4, default))]
    note: String,
}

fn main() {}
