use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

fn main() {}
