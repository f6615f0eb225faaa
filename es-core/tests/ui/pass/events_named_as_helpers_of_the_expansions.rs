//! Events that are called as the expansions once called their own helpers.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-listed")]
struct _Listed;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-result")]
struct _Result;

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = u32, events(_Listed, _Result))]
struct Door;

impl Apply<_Listed> for Door {
    fn apply(&mut self, _: _Listed) {}
}

impl Apply<_Result> for Door {
    fn apply(&mut self, _: _Result) {}
}

#[derive(EventSet)]
enum Watched {
    Listed(_Listed),
    Result(_Result),
}

fn main() {
    assert!(DoorEvent::contains("door-result") && Watched::contains("door-listed"));
}
