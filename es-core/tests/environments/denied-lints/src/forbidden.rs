//! Every warning forbidden: serde's derives write `allow`, so the event here is stored by
//! hand. The derives of es-core need no exception.
#![forbid(warnings, missing_docs, unreachable_pub, clippy::pedantic, clippy::nursery)]

use es_core::prelude::{
    Aggregate, Apply, Command, Decide, Event, EventSet, Project, ProjectError, Projection, Recorded,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The door was opened.
#[derive(Event, Clone, Copy, Debug, PartialEq, Eq)]
#[event(name = "door-opened")]
pub struct Opened;

impl Serialize for Opened {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Opened {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer).map(|()| Self)
    }
}

/// True if the door is open.
#[derive(Aggregate, Clone, Copy, Debug, Default)]
#[aggregate(name = "door", id = u32, events(Opened))]
pub struct Door {
    /// It is.
    pub open: bool,
}

impl Apply<Opened> for Door {
    fn apply(&mut self, _: Opened) {
        self.open = true;
    }
}

/// Open the door.
#[derive(Command, Clone, Copy, Debug)]
#[command(aggregate = Door, any)]
pub struct Open {
    /// The number of the door.
    #[command(id)]
    pub door: u32,
}

impl Decide<Open> for Door {
    type Events = Option<Opened>;

    fn decide(&self, _: Open) -> Result<Self::Events, Self::Error> {
        Ok((!self.open).then_some(Opened))
    }
}

/// The events that a watchman reads.
#[derive(EventSet, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// [`Opened`]
    Door(Opened),
}

/// The number of times that a door was opened.
#[derive(Projection, Clone, Copy, Debug)]
#[projection(name = "doors", events(Opened))]
pub struct Doors;

impl Project<Opened, u64> for Doors {
    async fn project(&self, _: Recorded<Opened>, times: &mut u64) -> Result<(), ProjectError> {
        *times += 1;
        Ok(())
    }
}
