#[path = "../bank.rs"]
mod bank;

use es_core::prelude::*;
use bank::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = AccountId, event = AccountEvent, superseded(Paid))]
struct Door;

impl Apply<AccountEvent> for Door { fn apply(&mut self, _: AccountEvent) {} }

fn main() {}
