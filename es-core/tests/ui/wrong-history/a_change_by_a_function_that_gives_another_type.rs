use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2)]
struct Opened {
    #[event(changed(from = u32, in = 2, with = i64::from))]
    owner: String,
}

fn main() {}
