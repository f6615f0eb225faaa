#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet)]
enum Happened {
    #[event_set(superseded(bank::Paid))]
    Opened(Opened),
}

fn main() {}
