use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-changed")]
enum Changed {
    Opened,
    Closed,
}

fn main() {}
