#[path = "../bank.rs"]
mod bank;
use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(bank::Opened))]
struct Account {}

fn main() {}
