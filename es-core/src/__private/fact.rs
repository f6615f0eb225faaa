//! An event of whatever type, and a set as the one event that it is.

use std::any::Any;
use std::fmt;

use super::listed::Member;
use crate::event::decode_error::DecodeError;
use crate::event::definition::Event;
use crate::event::describe::{Describe, Description};
use crate::event::encode_error::EncodeError;
use crate::event::lossless;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::set::EventSet;
use crate::event::tag::Tag;
use crate::validated_text::InvalidText;

/// A set as the one event that it is. With this, all but applying is written once and not once for each
/// event.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events that a derive has written",
    label = "not derived",
    note = "put #[derive(EventSet)] on the enum, or match on it"
)]
pub trait AsFact: EventSet {
    /// The events of the set.
    const MEMBERS: &'static [Member<Self>];

    /// The superseded ones.
    const READS: &'static [Member<Self>] = &[];

    /// [`name_hashes`](super::name_hashes) of the set, kept so that they are computed once.
    const NAME_HASHES: &'static [u64];

    #[must_use]
    fn fact(&self) -> &dyn FactOf<Self>;
}

/// An event of the set `S`.
pub trait FactOf<S>: Fact {
    /// A copy that is equal.
    #[must_use]
    fn copy(&self) -> S;
}

impl<E: Event, S: From<E>> FactOf<S> for E {
    fn copy(&self) -> S {
        self.clone().into()
    }
}

/// An event of whatever type.
pub trait Fact: Any + Send + Sync {
    #[must_use]
    fn name(&self) -> EventName;
    #[must_use]
    fn version(&self) -> SchemaVersion;
    fn encode(&self) -> Result<Payload, EncodeError>;
    fn tags(&self) -> Result<Vec<Tag>, InvalidText>;
    #[must_use]
    fn home(&self) -> Option<&'static str>;
    /// The names of the tags that such events have.
    #[must_use]
    fn tag_names(&self) -> &'static [&'static str];
    /// Reads another event of the same type.
    fn read(&self, version: SchemaVersion, payload: &Payload)
    -> Result<Box<dyn Fact>, DecodeError>;
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    #[must_use]
    fn describe(&self) -> Description;
    #[must_use]
    fn same(&self, other: &dyn Fact) -> bool;
}

impl<E: Event> Fact for E {
    fn name(&self) -> EventName {
        EventName::of::<E>()
    }

    fn version(&self) -> SchemaVersion {
        E::VERSION
    }

    /// Checks an implementation that was written by hand, too.
    fn encode(&self) -> Result<Payload, EncodeError> {
        let payload = Event::encode(self)?;
        if E::CHECKED && E::STORED.is_none() {
            lossless::of_event(self, &payload)?;
        }
        Ok(payload)
    }

    fn tags(&self) -> Result<Vec<Tag>, InvalidText> {
        Event::tags(self)
    }

    fn home(&self) -> Option<&'static str> {
        E::HOME
    }

    fn tag_names(&self) -> &'static [&'static str] {
        E::TAGS
    }

    fn read(
        &self,
        version: SchemaVersion,
        payload: &Payload,
    ) -> Result<Box<dyn Fact>, DecodeError> {
        Ok(Box::new(<E as Event>::decode(version, payload)?))
    }

    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt(f)
    }

    fn describe(&self) -> Description {
        Describe::describe(self)
    }

    fn same(&self, other: &dyn Fact) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }
}
