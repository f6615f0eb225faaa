use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
struct Opened {
    #[event(added(in = 2, with = name(nmae)))]
    owner: String,
    name: String,
}

fn name(name: &str) -> String {
    name.to_owned()
}

fn main() {}
