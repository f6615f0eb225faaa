use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 3)]
struct Opened {
    #[event(added(in = 3, default), renamed(from = "name", in = 2))]
    owner: String,
}

fn main() {}
