use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened-account-opened-account-opened-account-opened-account-opened-account-opened-account-opened-")]
struct Opened {}

fn main() {}
