#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened))]
enum Account {
    #[default]
    New,
}
impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Close(#[command(id)] String);

fn main() {}
