use es_core::prelude::*;

#[event(name = "account-opened")]
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Opened {}

fn main() {}
