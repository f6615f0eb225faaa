use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "account-opened")]
struct Opened {}

struct Note;

#[derive(Aggregate, Default)]
#[aggregate(name = "account", id = String, events(Opened, Note))]
struct Account {}

impl<E> Apply<E> for Account {
    fn apply(&mut self, _: E) {}
}

fn main() {}
