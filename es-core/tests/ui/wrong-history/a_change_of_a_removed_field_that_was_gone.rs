use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 3)]
#[event(removed(note: String, in = 2, added(in = 3, default)))]
struct Opened {
    owner: String,
    #[event(added(in = 3, default))]
    age: u8,
}

fn main() {}
