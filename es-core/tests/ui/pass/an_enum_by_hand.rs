//! A team that writes its own enum, matches it in one place and decides with it.

use es_core::prelude::*;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-opened")]
struct Opened;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "door-closed")]
struct Closed;

#[derive(EventSet, Clone, Debug, PartialEq)]
enum DoorEvent {
    Opened(Opened),
    Closed(Closed),
}

#[derive(Aggregate, Default)]
#[aggregate(name = "door", id = String, event = DoorEvent)]
struct Door {
    open: bool,
}

impl Apply<DoorEvent> for Door {
    fn apply(&mut self, event: DoorEvent) {
        self.open = match event {
            DoorEvent::Opened(_) => true,
            DoorEvent::Closed(_) => false,
        };
    }
}

#[derive(Command, Clone)]
#[command(aggregate = Door, any)]
struct Push(#[command(id)] String);

impl Decide<Push> for Door {
    type Events = DoorEvent;

    fn decide(&self, _: Push) -> Result<DoorEvent, Self::Error> {
        Ok(if self.open { Closed.into() } else { Opened.into() })
    }
}

fn main() {
    let pushed = Door::default().decide(Push("front".into()));
    assert_eq!(pushed, Ok(DoorEvent::Opened(Opened)));
}
