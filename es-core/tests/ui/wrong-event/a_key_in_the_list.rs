use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened")]
struct Opened;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened, snapshot = 100))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
