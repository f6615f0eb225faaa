use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "kontoeröffnet")]
struct Opened {}

fn main() {}
