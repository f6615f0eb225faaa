use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
#[serde(default)]
struct Opened {
    #[event(added(in = 2, default))]
    owner: String,
}

fn main() {}
