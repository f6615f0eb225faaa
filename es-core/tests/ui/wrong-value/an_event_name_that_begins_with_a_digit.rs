use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "2nd-opening")]
struct Opened {}

fn main() {}
