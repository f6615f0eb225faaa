use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 3, previous = Opened)]
struct OpenedV3 {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", version = 2, previous = OpenedV3)]
struct Opened {}

impl Upcast<Opened> for OpenedV3 {
    fn upcast(_: Opened) -> Self { Self {} }
}
impl Upcast<OpenedV3> for Opened {
    fn upcast(_: OpenedV3) -> Self { Self {} }
}

fn main() {}
