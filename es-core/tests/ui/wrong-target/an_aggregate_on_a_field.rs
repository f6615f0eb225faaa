use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened))]
struct Account {
    #[aggregate(id)]
    name: String,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
