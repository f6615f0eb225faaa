#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(EventSet, Clone, Debug, PartialEq)]
enum AccountEvent {
    Opened(Opened),
}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, event = AccountEvent)]
struct Account {}

fn main() {}
