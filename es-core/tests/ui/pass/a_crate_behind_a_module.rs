//! es-core reached through a module of this crate.

mod framework {
    pub mod events {
        pub use es_core::*;
    }
}

use framework::events::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-opened", crate = crate::framework::events)]
struct Opened;

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = u32, events(Opened), crate = crate::framework::events)]
struct Door;

impl Apply<Opened> for Door {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Door, crate = crate::framework::events)]
struct Open(#[command(id)] u32);

#[derive(EventSet)]
#[event_set(crate = crate::framework::events)]
enum Seen {
    Opened(Opened),
}

fn main() {
    assert!(Seen::contains("door-opened"));
}
