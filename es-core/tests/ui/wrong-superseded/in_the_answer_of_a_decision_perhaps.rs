#[path = "../bank.rs"]
mod bank;
use es_core::prelude::*;
use bank::*;
#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = AccountId, events(Closed), superseded(Gone))]
struct Door;
impl Apply<Closed> for Door { fn apply(&mut self, _: Closed) {} }
#[derive(Command, Clone)]
#[command(aggregate = Door)]
struct Shut(#[command(id)] AccountId);
impl Decide<Shut> for Door {
    type Events = Option<Gone>;
    fn decide(&self, _: Shut) -> Result<Self::Events, Self::Error> { Ok(None) }
}
fn main() {}
