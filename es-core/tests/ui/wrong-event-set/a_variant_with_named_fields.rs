#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet)]
enum Happened {
    Opened(Opened),
    Closed { cents: u32 },
}

fn main() {}
