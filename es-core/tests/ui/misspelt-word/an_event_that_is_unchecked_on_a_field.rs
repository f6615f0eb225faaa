use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "measured")]
struct Measured {
    #[event(unchecked)]
    value: f64,
}

fn main() {}
