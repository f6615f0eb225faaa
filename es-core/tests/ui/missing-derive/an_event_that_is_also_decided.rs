#[path = "../bank.rs"]
mod bank;
use bank::Open;
use es_core::prelude::*;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Closed {}
#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = bank::AccountId, events(Closed))]
struct Door {}
impl Apply<Closed> for Door {
    fn apply(&mut self, _: Closed) {}
}
#[derive(Command, Clone)]
#[command(aggregate = Door)]
struct Shut(#[command(id)] bank::AccountId);
impl Decide<Shut> for Door {
    type Events = (Closed, Option<Closed>);
    #[rustfmt::skip] fn decide(&self, _: Shut) -> Result<Self::Events, Self::Error> { panic!() }
} fn main() { let _: Option<Open> = None; }
