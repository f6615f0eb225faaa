#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened))]
struct Account<'a> {
    owner: &'a str,
}

impl Apply<Opened> for Account<'_> {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
