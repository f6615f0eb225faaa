use es_core::prelude::*;

#[derive(Event, Serialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

fn main() {}
