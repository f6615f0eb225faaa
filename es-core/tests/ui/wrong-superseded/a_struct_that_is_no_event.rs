#[path = "../bank.rs"]
mod bank;

use es_core::prelude::*;
use bank::*;

#[derive(EventSet)]
#[event_set(superseded(AccountId))]
enum Activity {
    Opened(Opened),
}

fn main() {}
