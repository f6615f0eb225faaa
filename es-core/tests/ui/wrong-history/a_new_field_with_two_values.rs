use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
struct Opened {
    #[event(added(in = 2, default, with = name(note)))]
    owner: String,
    note: String,
}

fn name(note: &str) -> String {
    note.to_owned()
}

fn main() {}
