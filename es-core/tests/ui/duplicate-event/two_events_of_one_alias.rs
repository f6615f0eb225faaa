use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "opened", aliases("moved"))]
struct Opened {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "closed", aliases("moved"))]
struct Closed {}

#[derive(EventSet)]
enum Door {
    Opened(Opened),
    Closed(Closed),
}

fn main() {}
