use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened")]
struct Opened {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "closed", aliases("shut", "opened"))]
struct Closed {}

#[derive(EventSet)]
enum Door {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}
