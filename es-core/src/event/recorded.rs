//! An event as the store holds it: what happened, with its place, its time and its metadata.

use std::sync::Arc;

use crate::event::decode_error::{DecodeError, RecordedDecodeError};
use crate::event::decoded::Decoded;
use crate::event::encode_error::EncodeError;
use crate::event::lossless;
use crate::event::metadata::Metadata;
use crate::event::name::{EventId, EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::set::EventSet;
use crate::event::tag::Tag;
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// An event that is in the store. `E` is an event, a set of events, or [`RawEvent`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Recorded<E> {
    /// The id of the event; the same id is never stored twice.
    pub id: EventId,
    /// The stream that the event belongs to.
    pub stream: StreamId,
    /// Its place in the stream, from 1, without gaps.
    pub version: Version,
    /// Its place in the log of the store; rises along every stream.
    pub position: Position,
    /// The instant at which it was stored, or [recorded elsewhere](NewEvent::with_recorded_at). Never goes back along a
    /// stream.
    pub recorded_at: Timestamp,
    /// The metadata: on whose behalf, why and in which chain it happened.
    pub metadata: Metadata,
    /// Its number among the events that the stored one is read as, from 0: greater than 0 only for a
    /// [superseded](crate::Superseded) event that became several.
    pub part: u32,
    /// The reason that the record cannot be read as it is stored; see [`damage`](Self::damage).
    damage: Option<Arc<str>>,
    /// The event itself.
    pub event: E,
}

/// The place of one event along its stream, where several may stand at one version: those that a
/// [superseded](crate::Superseded) event is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventPart {
    /// The version of the stored event.
    pub version: Version,
    /// The number of the event among those that the stored one is read as, from 0.
    pub part: u32,
}

/// An event as stores read it.
pub type RecordedEvent = Recorded<RawEvent>;

impl<E> Recorded<E> {
    /// An event at its place: for the authors of stores.
    #[must_use]
    pub fn new(
        id: EventId,
        stream: StreamId,
        version: Version,
        position: Position,
        recorded_at: Timestamp,
        metadata: Metadata,
        event: E,
    ) -> Self {
        Self { id, stream, version, position, recorded_at, metadata, part: 0, damage: None, event }
    }

    /// Its place along its stream: where [`Repository::history_from`](crate::Repository::history_from)
    /// goes on.
    #[must_use]
    pub fn place(&self) -> EventPart {
        EventPart { version: self.version, part: self.part }
    }

    /// A record that stands in the log and cannot be read, for this reason: for the authors of stores. A
    /// reader of the log gets by it; whoever decodes it fails.
    #[must_use]
    pub fn with_damage(self, reason: &str) -> Self {
        Self { damage: Some(reason.into()), ..self }
    }

    /// The reason that the record cannot be read as it is stored, if it cannot: its name, its number, its metadata or
    /// its stream is damaged. What could not be read is empty here.
    ///
    /// Such an event does not decode. It fails where somebody needs it and holds up no other.
    #[must_use]
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// The same record of something else.
    #[must_use]
    pub fn with_event<T>(self, event: T) -> Recorded<T> {
        let Self { id, stream, version, position, recorded_at, metadata, part, damage, .. } = self;
        Recorded { id, stream, version, position, recorded_at, metadata, part, damage, event }
    }

    /// The record without its event, and the event.
    pub(crate) fn apart(self) -> (Recorded<()>, E) {
        let Self { id, stream, version, position, recorded_at, metadata, part, damage, event } =
            self;
        let place = Recorded {
            id,
            stream,
            version,
            position,
            recorded_at,
            metadata,
            part,
            damage,
            event: (),
        };
        (place, event)
    }

    /// A further record at the same place.
    fn beside<T>(&self, part: u32, event: T) -> Recorded<T> {
        Recorded {
            id: self.id,
            stream: self.stream.clone(),
            version: self.version,
            position: self.position,
            recorded_at: self.recorded_at,
            metadata: self.metadata.clone(),
            damage: self.damage.clone(),
            part,
            event,
        }
    }
}

impl RecordedEvent {
    /// The event as the set `S` reads it: as one event, or as none or several if it is
    /// [superseded](crate::Superseded). Each has the place, the time and the metadata of the stored
    /// one. The error says where in the store it stands.
    pub fn decode<S: EventSet>(self) -> Result<Decoded<Recorded<S>>, RecordedDecodeError> {
        Ok(match self.events::<S>()?.into_one() {
            Ok(event) => Decoded::one(self.with_event(event)),
            Err(events) => {
                let parts = (0..).zip(events).map(|(nth, event)| self.beside(nth, event));
                parts.collect::<Vec<_>>().into()
            }
        })
    }

    fn events<S: EventSet>(&self) -> Result<Decoded<S>, RecordedDecodeError> {
        self.event.read_as(self.damage(), |source| RecordedDecodeError {
            stream: self.stream.clone(),
            version: self.version,
            position: self.position,
            source,
        })
    }
}

/// An event as bytes: name, version of its shape, JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawEvent {
    /// The stored name.
    pub name: EventName,
    /// The version of the shape of `payload`.
    pub version: SchemaVersion,
    /// The fields.
    pub payload: Payload,
}

impl RawEvent {
    /// The event `name`, in the shape of `version`.
    #[must_use]
    pub fn new(name: EventName, version: SchemaVersion, payload: Payload) -> Self {
        Self { name, version, payload }
    }

    /// Decodes the event as the set `S` reads it, unless its record is damaged. Whatever reads stored events
    /// for a set reads them here.
    #[inline]
    pub(crate) fn read_as<S: EventSet>(
        &self,
        damage: Option<&str>,
        place: impl FnOnce(DecodeError) -> RecordedDecodeError,
    ) -> Result<Decoded<S>, RecordedDecodeError> {
        let decoded = match damage {
            None => S::from_raw(self),
            Some(reason) => Err(DecodeError::unreadable(reason)),
        };
        decoded.map_err(place)
    }
}

/// An event on its way into the store.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewEvent {
    /// The id of the event.
    pub id: EventId,
    /// The event itself, in stored form.
    pub event: RawEvent,
    /// The metadata: on whose behalf, why and in which chain it happened.
    pub metadata: Metadata,
    /// The tags, which name what it is about besides its stream.
    pub tags: Vec<Tag>,
    /// The names of the tags that events of its type have, whether or not this one has a value for
    /// each; empty if the type is not known.
    pub tag_names: &'static [&'static str],
    /// The instant at which it was recorded elsewhere, if it is imported; none for what happens now.
    pub recorded_at: Option<Timestamp>,
}

/// An event with more tags than are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event has {tags} tags, and at most {max} are stored; split it into several", max = NewEvent::MAX_TAGS)]
#[non_exhaustive]
pub struct TooManyTags {
    /// The number of its tags.
    pub tags: usize,
}

impl NewEvent {
    /// The most tags that an event may have. Each is an entry in an index, and a lock while the event
    /// is appended.
    pub const MAX_TAGS: usize = 1_000;

    /// A new event from `event`, with a fresh id and without tags.
    #[must_use]
    pub fn new(event: RawEvent, metadata: Metadata) -> Self {
        Self {
            id: EventId::generate(),
            event,
            metadata,
            tags: Vec::new(),
            tag_names: &[],
            recorded_at: None,
        }
    }

    /// The stored form of one event of a set, with a fresh id and the event's tags.
    ///
    /// # Errors
    ///
    /// If it cannot be written, would not be read as it is, or has a tag that cannot be stored.
    pub fn of<S: EventSet>(event: &S, metadata: Metadata) -> Result<Self, EncodeError> {
        let tags = event.tags().map_err(|source| EncodeError::new(event.name(), source))?;
        let new = Self::new(lossless::of_set(event)?, metadata).with_tag_names(event.tag_names());
        new.with_all_tags(tags)
    }

    /// Sets the tags, unless they are too many.
    pub(crate) fn with_all_tags(self, tags: Vec<Tag>) -> Result<Self, EncodeError> {
        if tags.len() > Self::MAX_TAGS {
            return Err(EncodeError::new(self.event.name, TooManyTags { tags: tags.len() }));
        }
        Ok(self.with_tags(tags))
    }

    /// The same event, of a type whose events have tags of these names.
    #[must_use]
    pub fn with_tag_names(mut self, names: &'static [&'static str]) -> Self {
        self.tag_names = names;
        self
    }

    /// The same event with these tags and no others. A tag that is there twice counts once.
    #[must_use]
    pub fn with_tags(mut self, tags: Vec<Tag>) -> Self {
        self.tags = tags;
        self
    }

    /// The same event with the instant at which it was recorded elsewhere: for histories that are
    /// imported. It is [marked](Metadata::is_imported) as one.
    ///
    /// A store keeps the instant in place of its own clock's. Time never goes back along a stream, so an
    /// instant before that of the last event of the stream is refused
    /// ([`AppendError::TimeGoesBack`](crate::AppendError::TimeGoesBack)), and one that is yet to come as
    /// well. What is appended later has the time of the store's clock.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// # use es_core::{EventName, Payload, RawEvent};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::new();
    /// # let opened = RawEvent::new(EventName::new("opened")?, SchemaVersion(1), Payload::parse("{}")?);
    /// # let opened = NewEvent::new(opened, Metadata::default());
    /// let at: Timestamp = "2019-05-04T10:00:00Z".parse()?;
    /// let ada: StreamId = "account/ada".parse()?;
    /// let opened = opened.with_recorded_at(at);
    /// store.append(Append::to(ada.clone(), ExpectedVersion::NoStream, vec![opened])?).await?;
    ///
    /// let stored = store.stream_page(&ada, Cursor::START, 1).await?;
    /// assert_eq!(stored[0].recorded_at, at);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_recorded_at(mut self, at: Timestamp) -> Self {
        self.metadata = self.metadata.imported();
        self.recorded_at = Some(at);
        self
    }

    /// The same event under an id that was given elsewhere.
    #[must_use]
    pub fn with_id(mut self, id: EventId) -> Self {
        self.id = id;
        self
    }
}
