use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
struct Opened {
    #[event(added(since = 2))]
    owner: String,
}

fn main() {}
