use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "closed", unchecked, unchecked)]
struct Closed {}

fn main() {}
