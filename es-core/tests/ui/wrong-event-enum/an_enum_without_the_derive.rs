#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Clone, Debug, PartialEq)]
enum AccountEvent {
    Opened(Opened),
}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, event = AccountEvent)]
struct Account {}

impl Apply<AccountEvent> for Account {
    fn apply(&mut self, _: AccountEvent) {}
}

fn main() {}
