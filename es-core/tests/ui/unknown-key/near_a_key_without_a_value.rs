use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "measured", checked = false)]
struct Measured {
    watts: f64,
}

fn main() {}
