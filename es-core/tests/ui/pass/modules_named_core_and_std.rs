//! A crate may have a module called `core`; `::core` still is the real one.

mod core {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "core-melted")]
    pub struct Melted {
        pub degrees: u32,
    }
}

mod std {}
mod es_core_module {
    pub mod es_core {}
}
#[allow(unused_imports, reason = "in scope is all that it is for")]
use es_core_module::es_core;

use ::es_core::prelude::*;

#[derive(Aggregate, Default)]
#[aggregate(name = "reactor", id = u32, events(core::Melted))]
struct Reactor;

impl Apply<core::Melted> for Reactor {
    fn apply(&mut self, _: core::Melted) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Reactor)]
struct Cool(#[command(id)] u32);

fn main() {
    let melted = ReactorEvent::from(core::Melted { degrees: 3000 });
    assert_eq!(melted.name().as_str(), "core-melted");
}
