use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(nmae = "account-opened")]
struct Opened {}

fn main() {}
