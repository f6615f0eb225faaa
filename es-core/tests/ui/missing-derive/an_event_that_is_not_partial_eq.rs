use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug)]
#[event(name = "account-opened")]
struct Opened {}

fn main() {}
