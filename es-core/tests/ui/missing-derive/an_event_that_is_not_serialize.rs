use es_core::prelude::*;

#[derive(Event, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

fn main() {}
