use es_core::prelude::*;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Opened {}

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened))]
struct Account {}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
