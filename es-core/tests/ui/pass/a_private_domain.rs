//! Neither the state nor its events are visible outside, and no lint about interfaces says so.
#![deny(warnings, private_interfaces, private_bounds)]

pub mod door {
    use es_core::prelude::*;

    #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[event(name = "door-opened")]
    struct Opened;

    #[derive(Aggregate, Default)]
    #[aggregate(name = "door", id = u32, events(Opened))]
    struct Door {
        open: bool,
    }

    impl Apply<Opened> for Door {
        fn apply(&mut self, _: Opened) {
            self.open = true;
        }
    }

    #[must_use]
    pub fn open() -> bool {
        let mut door = Door::default();
        door.evolve(Opened.into());
        door.open
    }
}

fn main() {
    assert!(door::open());
}
