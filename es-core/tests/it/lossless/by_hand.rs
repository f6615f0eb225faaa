//! A set without a derive, which writes in its own way.

use es_core::prelude::*;
use es_core::{
    DecodeError, Decoded, Description, EncodeError, EventName, EventType, FieldStyle, Payload,
};

use super::ways::chain;
use crate::gated::Gated;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "moved")]
#[expect(clippy::option_option, reason = "that is what JSON takes for one")]
struct Moved {
    to: Option<Option<u32>>,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "left")]
struct Left {}

/// Writes without asking the event, and reads one name only. Its description shows nothing.
#[derive(Clone, Debug, PartialEq)]
enum Own {
    Moved(Moved),
    Left(Left),
}

impl Describe for Own {
    fn describe(&self) -> Description {
        Description::new("Own", FieldStyle::Unit)
    }
}

impl EventSet for Own {
    const EVENTS: &'static [EventType] = &[EventType::of::<Moved>(), EventType::of::<Left>()];

    fn name(&self) -> EventName {
        match self {
            Self::Moved(_) => EventName::of::<Moved>(),
            Self::Left(_) => EventName::of::<Left>(),
        }
    }

    fn version(&self) -> SchemaVersion {
        SchemaVersion(1)
    }

    fn encode(&self) -> Result<Payload, EncodeError> {
        let payload = match self {
            Self::Moved(event) => Payload::of(event),
            Self::Left(event) => Payload::of(event),
        };
        payload.map_err(|error| EncodeError::new(self.name(), error))
    }

    fn decode(
        name: &str,
        version: SchemaVersion,
        payload: &Payload,
    ) -> Result<Decoded<Self>, DecodeError> {
        match name {
            "moved" => Ok(Decoded::one(Self::Moved(Event::decode(version, payload)?))),
            _ => Err(DecodeError::unknown_event(name)),
        }
    }
}

#[derive(Aggregate, Default, Clone, Debug)]
#[aggregate(name = "own", id = String, event = Own)]
struct Owner {}

impl Apply<Own> for Owner {
    fn apply(&mut self, _: Own) {}
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Owner, any)]
struct Do {
    #[command(id)]
    owner: String,
    event: Own,
}

impl es_core::Takes<Self> for Own {
    fn take(event: Self, events: &mut Vec<Self>) {
        events.push(event);
    }
}

impl Decide<Do> for Owner {
    type Events = Own;

    fn decide(&self, command: Do) -> Result<Own, Self::Error> {
        Ok(command.event)
    }
}

async fn refused(event: Own) -> String {
    let store = Gated::new(MemoryStore::new());
    let owners = Repository::<Owner, _>::new(store.clone());

    let error = owners.execute(Do { owner: "ada".into(), event }).await.unwrap_err();

    assert_eq!(store.sent().len(), 0, "an append was sent");
    chain(&error)
}

#[tokio::test]
async fn a_set_that_writes_by_itself_is_checked_as_well() {
    assert_eq!(
        refused(Own::Moved(Moved { to: Some(None) })).await,
        "event `moved` is another once it is stored: \
         every field prints alike, but the values are not equal (PartialEq)"
    );
}

#[tokio::test]
async fn a_set_that_does_not_read_what_it_writes_is_refused() {
    assert_eq!(
        refused(Own::Left(Left {})).await,
        "event `left` cannot be read again once it is stored: unknown event `left`"
    );
    let error = Own::Left(Left {}).to_raw().unwrap_err();
    assert!(error.loss().is_some());
}
