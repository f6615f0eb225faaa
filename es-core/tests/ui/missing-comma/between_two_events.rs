#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened bank::Paid))]
struct Account {}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<bank::Paid> for Account {
    fn apply(&mut self, _: bank::Paid) {}
}

fn main() {}
