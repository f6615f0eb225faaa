#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened, String))]
struct Account {}

impl<E> Apply<E> for Account {
    fn apply(&mut self, _: E) {}
}

fn main() {}
