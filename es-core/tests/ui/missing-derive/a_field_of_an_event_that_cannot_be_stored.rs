use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {
    owner: Owner,
}

#[derive(Clone, Debug, PartialEq)]
struct Owner;

fn main() {}
