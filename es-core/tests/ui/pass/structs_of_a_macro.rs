//! Names, types and the crate's path come out of a macro by example.

use es_core::prelude::*;

macro_rules! event {
    ($name:ident, $stored:literal, $field:ident: $ty:ty) => {
        #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
        #[event(name = $stored)]
        struct $name {
            $field: $ty,
        }
    };
}
event!(Opened, "door-opened", by: String);
event!(Closed, "door-closed", by: Option<String>);

macro_rules! aggregate {
    ($name:ident, $stored:literal, $id:ty, [$($event:path),*]) => {
        #[derive(Aggregate, Default)]
        #[aggregate(name = $stored, id = $id, events($($event),*))]
        struct $name;

        $(
            impl Apply<$event> for $name {
                fn apply(&mut self, _: $event) {}
            }
        )*
    };
}
aggregate!(Door, "door", u32, [Opened, self::Closed]);

macro_rules! command {
    ($name:ident($id:ty) for $aggregate:ty) => {
        #[derive(Command, Clone)]
        #[command(aggregate = $aggregate, creates)]
        struct $name(#[command(id)] $id);
    };
}
command!(Open(u32) for Door);

fn main() {
    assert_eq!(DoorEvent::EVENTS.len(), 2);
    assert_eq!(Open(3).aggregate_id(), &3);
    assert_eq!(Opened { by: "ada".into() }, Opened { by: "ada".into() });
    assert_eq!(Closed { by: None }.clone(), Closed { by: None });
}
