use es_core::prelude::*;

#[derive(Serialize, Deserialize, Clone, PartialEq)]
struct Limit(i64);

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, PartialEq)]
#[aggregate(name = "account", id = String, event = AccountEvent, snapshot(every = 100))]
struct Account { limits: Vec<Limit> }

#[derive(EventSet, Clone, Debug, PartialEq)]
enum AccountEvent { Opened(Opened) }

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

impl Apply<AccountEvent> for Account { fn apply(&mut self, _: AccountEvent) {} }

fn main() {}
