//! A field that serde does not read by its type may borrow from the program.

use es_core::prelude::*;

#[derive(Serialize, Deserialize)]
struct Stored {
    unit: String,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(from = "Stored", into = "Stored")]
#[event(name = "weighed")]
struct Weighed {
    unit: &'static str,
}

impl From<Stored> for Weighed {
    fn from(stored: Stored) -> Self {
        Self { unit: if stored.unit == "kg" { "kg" } else { "lb" } }
    }
}

impl From<Weighed> for Stored {
    fn from(weighed: Weighed) -> Self {
        Self { unit: weighed.unit.to_owned() }
    }
}

fn main() {
    assert!(Weighed { unit: "kg" }.encode().is_ok());
}
