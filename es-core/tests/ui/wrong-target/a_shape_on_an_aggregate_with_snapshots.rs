use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

#[derive(Aggregate, Shape, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(name = "account", id = String, events(Opened), snapshot(every = 100))]
struct Account {}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
