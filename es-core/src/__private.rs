//! Items that the expansions of the derives call, and that the adapters of this repository share. Not a
//! public API: they may change in any release.

mod declared_key;
pub mod derived;
mod distinct_names;
mod fact;
mod field_tags;
pub mod handlers;
pub mod keys;
mod listed;
pub mod listed_steps;
pub mod saga;
pub mod set;
pub mod shape;
pub mod show;
pub mod stored;

use std::error::Error;
use std::fmt;

pub use serde;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
pub use crate::domain::decide::{CommandOf, Decides};
use crate::domain::decision;
use crate::domain::into_events::Takes;
use crate::event::decode_error::DecodeError;
use crate::event::decoded::Decoded;
use crate::event::definition::Event;
use crate::event::describe::{Describe, Description};
use crate::event::encode_error::EncodeError;
use crate::event::metadata::Metadata;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::recorded::{RawEvent, Recorded};
use crate::event::set::{EventSet, EventType};
pub use crate::event::upcasting::{BoxError, FieldValue, PreviousOf, upcast_from};
use crate::process::{Answer, Request, Saga};
use crate::sagas::TellError;
use crate::store::append::StreamAppend;
use crate::store::dyn_event_store::DynEventStore;
use crate::store::event_store::EventStore;
use crate::stream::{StreamId, Version};
use crate::write::decisions::{self, DecisionError, TaggedEvent};
use crate::write::execute_error::ExecuteError;

pub use crate::domain::event_types::EventTypes;
pub use crate::event::lossless::{came_back, equals_itself, of_reported as lossless, same_words};
pub use crate::task::{handover, worker};
pub use declared_key::{KeyText, key};
pub use distinct_names::{name_hashes, new_name};
pub use fact::{AsFact, Fact, FactOf};
pub use field_tags::{
    HomeName, TagAt, TagNames, TagValue, TagValues, Tags, all_tags, each_tag, one_tag, query,
};
pub use handlers::{AnyDb, name_what_it_writes_into_with_the_key_db, writes_into};
pub use listed::{Listed, Member, Only, Reads, decode, histories, types, types_read};
pub use stored::MaybeStored;

/// A type argument of a generic event: any type that could itself be stored.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an event",
    label = "not data that can be stored, copied, compared and printed",
    note = "put on it: #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]"
)]
pub trait Part:
    Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
}

#[diagnostic::do_not_recommend]
impl<T> Part for T where
    T: Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Send + Sync + 'static
{
}

/// Permission of a set to write the event `E`. No set has it for an event that it lists as
/// superseded, so that a decision that names one fails with this message.
#[diagnostic::on_unimplemented(
    message = "`{E}` is superseded in `{Self}`: it is read and no longer written",
    label = "no longer written",
    note = "name the events that have taken its place"
)]
pub trait Writes<E> {}

/// Permission of a set to take references to its events. No set has it: the message is what a reference
/// meets.
#[diagnostic::on_unimplemented(
    message = "`&{E}` is a reference, and an event is given by value",
    label = "a reference to `{E}`",
    note = "write the event without `&`, or a `.clone()` of it"
)]
pub trait Borrows<E> {}

/// Implements `Takes` for a superseded event, under a bound that is never met. The bound holds for
/// any lifetime, which keeps the compiler from checking it before a decision names the event.
#[doc(hidden)]
#[macro_export]
macro_rules! __superseded {
    ([$($generics:tt)*] [$set:ty] [$event:ty] [$($bounds:tt)*]) => {
        #[automatically_derived]
        impl $($generics)* $crate::Takes<$event> for $set
        where
            for<'__any> $set: $crate::__private::Writes<$event>,
            $($bounds)*
        {
            fn take(_: $event, _: &mut ::std::vec::Vec<Self>) {}
        }
    };
}
pub use crate::__superseded as superseded;

/// The set of an aggregate whose events are missing, which the derive has reported: it has any
/// event, so that decisions are not reported as well.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyEvent {}

impl EventSet for AnyEvent {
    const EVENTS: &'static [EventType] = &[];

    fn name(&self) -> EventName {
        match *self {}
    }

    fn version(&self) -> SchemaVersion {
        match *self {}
    }

    fn encode(&self) -> Result<Payload, EncodeError> {
        match *self {}
    }

    fn decode(name: &str, _: SchemaVersion, _: &Payload) -> Result<Decoded<Self>, DecodeError> {
        Err(DecodeError::unknown_event(name))
    }
}

impl Describe for AnyEvent {
    fn describe(&self) -> Description {
        match *self {}
    }
}

impl<E: Event> From<E> for AnyEvent {
    fn from(_: E) -> Self {
        unimplemented!("an aggregate without events does not compile")
    }
}

impl<E: Event> Takes<E> for AnyEvent {
    fn take(_: E, _: &mut Vec<Self>) {}
}

impl Takes<Self> for AnyEvent {
    fn take(event: Self, _: &mut Vec<Self>) {
        match event {}
    }
}

/// An event as reports compare it: one of a set, or one of any type.
pub trait Reported: Describe + PartialEq + Sized {
    #[must_use]
    fn name(&self) -> EventName;
    fn to_raw(&self) -> Result<RawEvent, EncodeError>;
    /// Reads `stored`, the stored form of this event, as a store would give it back.
    fn read_back(&self, stored: &RawEvent) -> Result<Decoded<Self>, DecodeError>;
}

impl<S: EventSet + PartialEq> Reported for S {
    fn name(&self) -> EventName {
        EventSet::name(self)
    }

    fn to_raw(&self) -> Result<RawEvent, EncodeError> {
        EventSet::to_raw(self)
    }

    fn read_back(&self, stored: &RawEvent) -> Result<Decoded<Self>, DecodeError> {
        Self::from_raw(stored)
    }
}

impl Reported for TaggedEvent {
    fn name(&self) -> EventName {
        TaggedEvent::name(self)
    }

    fn to_raw(&self) -> Result<RawEvent, EncodeError> {
        TaggedEvent::to_raw(self)
    }

    fn read_back(&self, stored: &RawEvent) -> Result<Decoded<Self>, DecodeError> {
        TaggedEvent::read_back(self, stored).map(Decoded::one)
    }
}

/// The models on which a decision rests, each by its name and the events that make it.
#[must_use]
pub fn models<D: decisions::Decision>() -> Vec<(&'static str, &'static [EventType])> {
    <D::Model as decisions::DecisionModels>::models()
}

/// The models of a decision as it would see them now: what es-testing plays its scenarios with.
pub async fn model_of<D: decisions::Decision, S: EventStore>(
    store: &S,
    decision: &D,
) -> Result<D::Model, DecisionError<D::Error>> {
    decisions::read(store, decision).await
}

/// The answer of an aggregate to a command as a step, and its events: what es-testing runs sagas with.
pub async fn answer_to<S: Saga>(
    request: &Request,
    store: &DynEventStore,
) -> Result<(Answer, Option<StreamAppend>), TellError> {
    crate::sagas::answer_to::<S>(request, store, &Metadata::default()).await
}

/// Refuses to compile, with the sentence beside the word, if `previous` is not the version just
/// before `this`.
#[track_caller]
pub const fn follows(this: EventType, previous: EventType) {
    assert!(
        same_text(this.name, previous.name),
        "the previous version has another stored `name`; write one name on both, \
         and a name from before in `aliases(…)`"
    );
    assert!(
        previous.version.0 < this.version.0,
        "this version is not older; `previous` names the struct that was written before, \
         which keeps its fields and its `version`"
    );
    assert!(
        previous.version.0 + 1 == this.version.0,
        "a version is missing between the two; name the struct of the version just before, \
         or correct the `version` of one of them"
    );
}

/// Refuses to compile, with the sentence beside the tag, if one of `wanted` is not among the tags
/// that an event has.
#[track_caller]
pub const fn carries(tags: &[&str], wanted: &[(&str, &str)]) {
    let mut nth = 0;
    while nth < wanted.len() {
        let (name, sentence) = wanted[nth];
        assert!(holds(tags, name), "{}", sentence);
        nth += 1;
    }
}

const fn holds(names: &[&str], name: &str) -> bool {
    let mut nth = 0;
    while nth < names.len() {
        if same_text(names[nth], name) {
            return true;
        }
        nth += 1;
    }
    false
}

const fn same_text(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A field that is the id of an aggregate: says "wrong id type" on the field's type.
#[diagnostic::on_unimplemented(
    message = "the id field is a `{Self}`, but the aggregate's id is `{Id}`",
    label = "expected `{Id}`",
    note = "give the field the type that the aggregate names with `id = …`"
)]
pub trait IsId<Id> {
    /// The field as the id that it is.
    fn as_id(&self) -> &Id;
}

impl<Id> IsId<Id> for Id {
    fn as_id(&self) -> &Id {
        self
    }
}

/// The field of a command that is the id of its aggregate `A`.
pub fn id_of<A: Aggregate, F: IsId<A::Id>>(field: &F) -> &A::Id {
    field.as_id()
}

/// The place of an event, and the event.
pub fn apart<E>(recorded: Recorded<E>) -> (Recorded<()>, E) {
    recorded.apart()
}

/// Decides one command as the repository does, lifecycle included, without a store. es-testing
/// plays its scenarios with it.
pub fn decided<A, C>(
    state: &A,
    version: Version,
    stream: &StreamId,
    command: C,
) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
where
    A: Aggregate,
    C: DecidedBy<A>,
{
    decision::decided(state, version, stream, command)
}

/// Encodes and applies the decided events. If one cannot be stored, the state stays as it was.
pub fn take<A: Aggregate>(
    state: &mut A,
    events: &[A::Event],
) -> Result<(), ExecuteError<A::Error>> {
    decision::take(state, events, &Metadata::default())?;
    Ok(())
}

/// The state as a snapshot keeps it; `None` if the aggregate has no snapshots.
#[must_use]
pub fn keep<A: Aggregate>(state: &A) -> Option<Result<String, Box<dyn Error + Send + Sync>>> {
    Some(A::SNAPSHOTS?.encode(state).map_err(Into::into))
}

/// The state as it comes out of a snapshot; `None` if the aggregate has no snapshots.
#[must_use]
pub fn kept<A: Aggregate>(text: &str) -> Option<serde_json::Result<A>> {
    Some(A::SNAPSHOTS?.decode(text))
}
