#[path = "../bank.rs"]
mod bank;
use bank::Opened;
use es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = String, events(Opend))]
struct Door {}
impl Apply<Opened> for Door {
    fn apply(&mut self, _: Opened) {}
}
#[derive(Command, Clone)]
#[command(aggregate = Door)]
struct Shut(#[command(id)] String);
impl Decide<Shut> for Door {
    type Events = (Opened, Option<Opened>);
    #[rustfmt::skip] fn decide(&self, _: Shut) -> Result<Self::Events, Self::Error> { panic!() }
}
fn main() {}
