#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet)]
#[event_set(name = "account")]
enum AccountEvent {
    Opened(Opened),
}

fn main() {}
