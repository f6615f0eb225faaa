#[path = "../bank.rs"]
mod bank;
use es_core::prelude::*;

mod billing {
    pub struct Opened;
}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(bank::Opened, billing::Opened))]
struct Account {}

impl Apply<bank::Opened> for Account {
    fn apply(&mut self, _: bank::Opened) {}
}

fn main() {}
