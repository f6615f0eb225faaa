use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", aliases())]
struct Opened {}

fn main() {}
