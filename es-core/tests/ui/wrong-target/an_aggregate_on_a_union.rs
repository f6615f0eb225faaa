#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Aggregate)]
#[aggregate(name = "account", id = String, events(Opened))]
union Account {
    cents: u32,
}

fn main() {}
