//! Ids, names and versions of events.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event::definition::Event;
use crate::validated_text::{Rule, Text, is_name, text_value};

/// The id of one recorded event: a UUID, version 7 when it is made here, so that it rises with time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventId(Uuid);

impl EventId {
    /// Creates a fresh id.
    #[must_use]
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The id as a UUID.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

/// Converts an id that was assigned elsewhere; any version of UUID is accepted.
impl From<Uuid> for EventId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({})", self.0)
    }
}

text_value! {
    static
    /// The stored name of an event: 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first.
    EventName, "event name", Rule::Name { max: EventName::MAX_BYTES }
}

impl EventName {
    /// The maximum length of an event's name, in bytes.
    pub const MAX_BYTES: usize = 100;

    /// The name of the event `E`. A name that breaks the rule does not compile.
    #[must_use]
    pub fn of<E: Event>() -> Self {
        const {
            assert!(
                is_name(E::NAME, Self::MAX_BYTES),
                "the event's NAME must be 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter first"
            );
        }
        Self(Text::Static(E::NAME))
    }
}

/// The version of an event's shape, from 1. Not a [`Version`](crate::Version), which counts events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SchemaVersion(pub u32);

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
