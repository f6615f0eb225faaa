use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

#[derive(Default)]
#[aggregate(name = "account", id = String, events(Opened))]
struct Account {}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {
    let _ = Account::initial();
}
