use es_core::prelude::*;

struct OpenedV1 {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2, previous = OpenedV1)]
struct Opened {}

impl Upcast<OpenedV1> for Opened {
    fn upcast(_: OpenedV1) -> Self {
        Self {}
    }
}

fn main() {}
