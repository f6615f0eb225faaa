use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2, previous = Opened)]
struct Opened {}

impl Upcast<Opened> for Opened {
    fn upcast(_: Opened) -> Self {
        Self {}
    }
}

fn main() {}
