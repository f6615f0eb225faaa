use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened", crate = "::es_core")]
struct Opened {}

fn main() {}
