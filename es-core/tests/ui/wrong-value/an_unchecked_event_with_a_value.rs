use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "closed", unchecked = true)]
struct Closed {}

fn main() {}
