use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "put")]
struct Put<T>(T);

#[derive(EventSet)]
enum BoxEvent {
    Put(Put<Thing>),
}

#[derive(Clone, Debug, PartialEq)]
struct Thing;

fn main() {}
