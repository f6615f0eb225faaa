//! Sets of events as one type: the events of a stream, or those of a reader.

use std::any::Any;

use crate::__private::AsFact;
use crate::event::decode_error::DecodeError;
use crate::event::decoded::Decoded;
use crate::event::definition::Event;
use crate::event::describe::Describe;
use crate::event::encode_error::EncodeError;
use crate::event::history::EventHistory;
use crate::event::lossless;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::recorded::RawEvent;
use crate::event::tag::Tag;
use crate::shape::Schema;
use crate::validated_text::InvalidText;

/// An enum of event structs: the dispatch from a stored name to a type, and back.
///
/// `#[derive(Aggregate)]` writes one for its `events(…)`. A hand-written one serves a team that
/// prefers its own enum, and a reader that mixes the events of several aggregates:
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "account-opened")]
/// # pub struct AccountOpened {}
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "order-placed")]
/// # pub struct OrderPlaced {}
///
/// #[derive(EventSet)]
/// enum Activity {
///     Account(AccountOpened),
///     Order(OrderPlaced),
/// }
///
/// let raw = Activity::from(OrderPlaced {}).to_raw()?;
/// assert!(matches!(Activity::from_raw(&raw)?.as_slice(), [Activity::Order(_)]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    label = "not a set of events",
    note = "put #[derive(EventSet)] on an enum whose variants hold one event struct each"
)]
pub trait EventSet: Describe + Sized + Send + Sync + 'static {
    /// The name and current version of each event in the set, in the order of the variants.
    const EVENTS: &'static [EventType];

    /// The events that are read as others of the set and are no longer written.
    const SUPERSEDED: &'static [EventType] = &[];

    /// True if the set encodes and decodes by the methods of its events. The derives set it.
    #[doc(hidden)]
    const IS_DERIVED: bool = false;

    /// The stored name of this event.
    fn name(&self) -> EventName;

    /// The version of the shape in which [`encode`](Self::encode) writes this event.
    fn version(&self) -> SchemaVersion;

    /// The stored form of this event's fields.
    fn encode(&self) -> Result<Payload, EncodeError>;

    /// The subjects of this event besides its stream.
    ///
    /// # Errors
    ///
    /// If a tagged field prints what cannot be the value of a tag.
    fn tags(&self) -> Result<Vec<Tag>, InvalidText> {
        Ok(Vec::new())
    }

    /// The names of the tags that events of this one's type have.
    fn tag_names(&self) -> &'static [&'static str] {
        &[]
    }

    /// Reads a stored event: a current one as itself, a [superseded](crate::Superseded) one as the
    /// events that have superseded it, all of them or an error.
    ///
    /// A name outside the set, a version that the type cannot read, a payload that does not fit,
    /// and an old event that cannot be read as those that have superseded it, are different errors.
    fn decode(
        name: &str,
        version: SchemaVersion,
        payload: &Payload,
    ) -> Result<Decoded<Self>, DecodeError>;

    /// Encodes this event, with its name and version, for a store.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded, or would not be decoded as it is.
    fn to_raw(&self) -> Result<RawEvent, EncodeError> {
        lossless::of_set(self)
    }

    /// Reads an event as a store gives it.
    fn from_raw(raw: &RawEvent) -> Result<Decoded<Self>, DecodeError> {
        Self::decode(raw.name.as_str(), raw.version, &raw.payload)
    }

    /// Each event of the set with the schemas of all versions that can be read, in the order of
    /// [`EVENTS`](Self::EVENTS), then of [`SUPERSEDED`](Self::SUPERSEDED).
    ///
    /// The derives write it. Without them it has the current versions, and nothing is known of their
    /// schemas.
    #[must_use]
    fn history() -> Vec<EventHistory> {
        let unknown = |event: &EventType| {
            let schema = Schema::opaque(event.name);
            EventHistory::new(event.name, vec![(event.version, schema)]).with_aliases(event.aliases)
        };
        let superseded = Self::SUPERSEDED.iter().map(|event| unknown(event).superseded());
        Self::EVENTS.iter().map(unknown).chain(superseded).collect()
    }

    /// The event itself, if it is of the type `E`.
    ///
    /// ```
    /// # use es_core::prelude::*;
    /// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// # #[event(name = "account-opened")]
    /// # pub struct AccountOpened {}
    /// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// # #[event(name = "order-placed")]
    /// # pub struct OrderPlaced {}
    /// #[derive(EventSet)]
    /// enum Activity {
    ///     Account(AccountOpened),
    ///     Order(OrderPlaced),
    /// }
    ///
    /// let activity = Activity::from(OrderPlaced {});
    /// assert_eq!(activity.get(), Some(&OrderPlaced {}));
    /// assert_eq!(activity.get::<AccountOpened>(), None);
    /// ```
    fn get<E: Event>(&self) -> Option<&E>
    where
        Self: AsFact,
    {
        let event: &dyn Any = self.fact();
        event.downcast_ref()
    }

    /// True if the set reads events that are stored under `name`: current ones, under their present
    /// and previous names, and superseded ones.
    #[must_use]
    fn contains(name: &str) -> bool {
        Self::EVENTS.iter().chain(Self::SUPERSEDED).any(|event| event.is(name))
    }
}

/// The name and version of one event of a set, and its previous names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventType {
    /// The stored name.
    pub name: &'static str,
    /// The current version of its shape.
    pub version: SchemaVersion,
    /// Names under which it was stored before.
    pub aliases: &'static [&'static str],
    /// True if it is decoded again before it is stored: [`Event::CHECKED`](crate::Event::CHECKED).
    pub is_checked: bool,
    /// The names of the tags of such events.
    pub tags: &'static [&'static str],
}

impl EventType {
    /// The name and version of `E`.
    #[must_use]
    pub const fn of<E: Event>() -> Self {
        Self {
            name: E::NAME,
            version: E::VERSION,
            aliases: E::ALIASES,
            is_checked: E::CHECKED,
            tags: E::TAGS,
        }
    }

    /// True if such an event is stored under `name`, at present or previously.
    #[must_use]
    #[inline]
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }

    /// The names under which such an event is stored, at present or previously.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}
