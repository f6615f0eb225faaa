//! Constants in scope: a binding of the same name would be read as a pattern of one value.
#![allow(non_upper_case_globals, dead_code)]

use es_core::prelude::*;

const event: u8 = 1;
const events: u8 = 2;
const f: u8 = 3;
const name: u8 = 4;
const other: u8 = 5;
const payload: u8 = 6;
const set: u8 = 7;
static version: u8 = 8;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-opened")]
struct Opened {}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-closed")]
struct Closed {}

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = u32, events(Opened, Closed))]
struct Door;

impl Apply<Opened> for Door {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<Closed> for Door {
    fn apply(&mut self, _: Closed) {}
}

#[derive(EventSet, Clone, Debug, PartialEq)]
enum GateEvent {
    Opened(Opened),
}

#[derive(Aggregate, Default)]
#[aggregate(name = "gate", id = u32, event = GateEvent)]
struct Gate;

impl Apply<GateEvent> for Gate {
    fn apply(&mut self, _: GateEvent) {}
}

fn main() {
    assert!(DoorEvent::contains("door-closed") && GateEvent::contains("door-opened"));
}
