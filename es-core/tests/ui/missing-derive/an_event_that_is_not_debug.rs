use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

fn main() {}
