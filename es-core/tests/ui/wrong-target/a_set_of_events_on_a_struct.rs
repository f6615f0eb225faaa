#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet)]
struct Happened {
    opened: Opened,
}

fn main() {}
