//! What the expansions of the derives call. Not for people: it may change in any release.

mod declared_key;
mod field_tags;
pub mod handlers;
pub mod shape;

use std::any::Any;
use std::error::Error;
use std::fmt;

pub use serde;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aggregate::Aggregate;
pub use crate::climb::{BoxError, FieldValue, PreviousOf, climb};
use crate::decide::DecidedBy;
use crate::decision;
use crate::decisions::{self, DecisionError, TaggedEvent};
use crate::decoded::Decoded;
use crate::describe::{Describe, Description, Shown};
use crate::error::{DecodeError, EncodeError, ExecuteError};
use crate::event::{Event, EventName, Payload, SchemaVersion};
use crate::event_history::EventHistory;
use crate::event_set::{EventSet, EventType};
use crate::into_events::Takes;
use crate::lossless;
use crate::metadata::Metadata;
use crate::recorded::{RawEvent, Recorded};
use crate::store::EventStore;
use crate::stream::{StreamId, Version};
use crate::superseded::Superseded;
use crate::tag::Tag;
use crate::text::InvalidText;

pub use crate::event_types::EventTypes;
pub use crate::lossless::{came_back, equals_itself, of_reported as lossless, same_words};
pub use declared_key::{KeyText, key};
pub use field_tags::{
    HomeName, TagNames, TagValue, TagValues, Tags, all_tags, each_tag, one_tag, query,
};
pub use handlers::{AnyDb, name_what_it_writes_into_with_the_key_db, writes_into};

/// What may stand for a parameter of an event: whatever could itself be stored.
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

/// All that a set asks of a listed type.
///
/// One trait in place of many, so that a listed type that is no event meets one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "put on it: #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)] #[event(name = \"…\")]"
)]
pub trait Listed: Sized {
    const TYPE: EventType;
    const TAGS: &'static [&'static str];

    #[must_use]
    fn is(name: &str) -> bool {
        Self::TYPE.is(name)
    }
    #[must_use]
    fn history() -> EventHistory;
    /// As the one event of a set, in the variant that `member` is.
    fn decode<S>(
        version: SchemaVersion,
        payload: &Payload,
        member: impl FnOnce(Self) -> S,
    ) -> Result<Decoded<S>, DecodeError>;
    #[must_use]
    fn copy(&self) -> Self;
    #[must_use]
    fn fact(&self) -> &dyn Fact;
}

#[diagnostic::do_not_recommend]
impl<E: Event> Listed for E {
    const TYPE: EventType = EventType::of::<E>();
    const TAGS: &'static [&'static str] = E::TAGS;

    fn history() -> EventHistory {
        history_of::<E>()
    }

    #[inline]
    fn decode<S>(
        version: SchemaVersion,
        payload: &Payload,
        member: impl FnOnce(Self) -> S,
    ) -> Result<Decoded<S>, DecodeError> {
        Event::decode(version, payload).map(|event| Decoded::one(member(event)))
    }

    fn copy(&self) -> Self {
        self.clone()
    }

    fn fact(&self) -> &dyn Fact {
        self
    }
}

/// The event with all its versions, its tags and its names.
fn history_of<E: Event>() -> EventHistory {
    EventHistory::new(E::NAME, E::schemas()).with_aliases(E::ALIASES).with_tags(E::TAGS, E::HOME)
}

/// A set that reads the superseded event `E` as some of its own. All that a set asks of `E` is asked
/// here, so that a listed type which is wrong meets one error.
#[diagnostic::on_unimplemented(
    message = "what became of `{E}` is not among the events of `{Self}`",
    label = "its `Superseded::By` names an event that `{Self}` has not",
    note = "list that event among the current ones, or let `impl Superseded for {E}` name others"
)]
pub trait Reads<E>: Sized {
    const TYPE: EventType;
    const TAGS: &'static [&'static str];

    #[must_use]
    fn is(name: &str) -> bool {
        Self::TYPE.is(name)
    }
    #[must_use]
    fn history() -> EventHistory;
    /// All that the stored event has become.
    fn decode(version: SchemaVersion, payload: &Payload) -> Result<Decoded<Self>, DecodeError>;
}

impl<S: Takes<E::By>, E: Superseded> Reads<E> for S {
    const TYPE: EventType = EventType::of::<E>();
    const TAGS: &'static [&'static str] = E::TAGS;

    fn history() -> EventHistory {
        history_of::<E>().superseded()
    }

    fn decode(version: SchemaVersion, payload: &Payload) -> Result<Decoded<S>, DecodeError> {
        let by = <E as Event>::decode(version, payload)?
            .superseded()
            .map_err(|reason| DecodeError::superseded(E::NAME, version, reason))?;
        let mut events = Vec::new();
        S::take(by, &mut events);
        Ok(events.into())
    }
}

/// What no set does with an event that it lists as superseded: with it, a decision that names one is
/// told so.
#[diagnostic::on_unimplemented(
    message = "`{E}` is superseded in `{Self}`: it is read and no longer written",
    label = "no longer written",
    note = "name the events that have taken its place"
)]
pub trait Writes<E> {}

/// How a superseded event does not become one of its set. The bound is never met; that it is for any
/// lifetime keeps the compiler from looking before a decision names the event.
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

/// A set as the one event that it is. With this, all but reading and applying is written once and
/// not once for each event.
pub trait AsFact {
    /// [`name_hashes`] of the set, kept so that they are computed once.
    const NAME_HASHES: &'static [u64];

    #[must_use]
    fn fact(&self) -> &dyn Fact;
}

/// How an event becomes one of its set: by itself, and in what a decision answers. It asks nothing of
/// the event, so that a decision which names a listed type that is no event is not wrong as well.
/// Its bindings have names that no constant in scope has.
#[doc(hidden)]
#[macro_export]
macro_rules! __member {
    ([$($generics:tt)*] [$set:ty] [$event:ty] [$($bounds:tt)*] $variant:ident) => {
        #[automatically_derived]
        impl $($generics)* ::core::convert::From<$event> for $set $($bounds)* {
            fn from(__event: $event) -> Self {
                Self::$variant(__event)
            }
        }

        #[automatically_derived]
        impl $($generics)* $crate::Takes<$event> for $set $($bounds)* {
            fn take(__event: $event, __events: &mut ::std::vec::Vec<Self>) {
                __events.push(Self::$variant(__event));
            }
        }
    };
}
pub use crate::__member as member;

/// Stands for the set of an aggregate whose events are missing, which was told: it has any event, so
/// that decisions are not called wrong as well.
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
    /// Another event of the same type.
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
        if E::CHECKED && !E::IS_DERIVED {
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

/// An event as reports compare it: one of a set, or one of any type.
pub trait Reported: Describe + PartialEq + Sized {
    #[must_use]
    fn name(&self) -> EventName;
    fn to_raw(&self) -> Result<RawEvent, EncodeError>;
    /// What a store would give back for this event.
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

/// Refuses to compile if the event at `nth` has the stored name of one before it.
///
/// Every pair of events is compared, and long names often begin alike. The compiler gives up on
/// constants that take long: hashes keep a pair at one step, however long the names are.
#[track_caller]
pub const fn new_name<S: EventSet + AsFact>(nth: usize) {
    let mut before = 0;
    while before < nth {
        assert!(
            S::NAME_HASHES[before] != S::NAME_HASHES[nth]
                || !same_text(listed::<S>(before).name, listed::<S>(nth).name),
            "an event before this one has the same stored name; give each event of a set a `name` of its own"
        );
        assert!(
            listed::<S>(before).aliases.is_empty() && listed::<S>(nth).aliases.is_empty()
                || !share_a_name(&listed::<S>(before), &listed::<S>(nth)),
            "an event before this one is read under a name of this one; \
             a stored name, `aliases(…)` included, belongs to one event of a set"
        );
        before += 1;
    }
}

/// The current events of a set, and after them the superseded ones.
const fn listed<S: EventSet>(nth: usize) -> EventType {
    if nth < S::EVENTS.len() { S::EVENTS[nth] } else { S::SUPERSEDED[nth - S::EVENTS.len()] }
}

const fn share_a_name(one: &EventType, other: &EventType) -> bool {
    let mut nth = 0;
    while nth < one.aliases.len() {
        if same_text(one.aliases[nth], other.name) || holds(other.aliases, one.aliases[nth]) {
            return true;
        }
        nth += 1;
    }
    holds(other.aliases, one.name)
}

/// A hash of the name of each of the `N` events of a set, superseded ones included.
#[must_use]
pub const fn name_hashes<const N: usize, S: EventSet>() -> [u64; N] {
    let mut hashes = [0; N];
    let mut nth = 0;
    while nth < N {
        hashes[nth] = hash(listed::<S>(nth).name);
        nth += 1;
    }
    hashes
}

/// FNV-1a, which is short and needs no table.
const fn hash(text: &str) -> u64 {
    let text = text.as_bytes();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
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

/// One decision as the repository takes it, lifecycle included, without a store: what es-testing plays
/// its scenarios with.
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

/// Encodes and applies what was decided. What cannot be stored leaves the state as it was.
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

/// Shows a field's value by the best means that its type has: `(&&__Show(&field)).es_show()`.
#[derive(Debug)]
pub struct Show<'a, T: ?Sized>(pub &'a T);

/// The means, best first; a method call on `&&Show` finds the first that the type has.
pub mod show {
    use core::any::type_name;
    use core::fmt::Debug;

    use super::Shown;

    /// Under a name that no field and no type has.
    pub use super::Show as __Show;

    pub trait ShowDebug {
        fn es_show(&self) -> Shown;
    }

    impl<T: Debug> ShowDebug for &__Show<'_, T> {
        fn es_show(&self) -> Shown {
            Shown::plain(format!("{:?}", self.0))
        }
    }

    pub trait ShowOpaque {
        fn es_show(&self) -> Shown;
    }

    impl<T> ShowOpaque for __Show<'_, T> {
        fn es_show(&self) -> Shown {
            Shown::plain(format!("<{}>", type_name::<T>()))
        }
    }
}

/// The keys of each attribute, as an editor completes them. No sound annotation refers to them.
pub mod keys {
    pub mod event {
        pub mod name {}
        pub mod version {}
        pub mod previous {}
        pub mod aliases {}
        pub mod removed {}
        pub mod unchecked {}
    }

    pub mod event_field {
        pub mod tag {}
        pub mod tags {}
        pub mod home {}
        pub mod added {}
        pub mod renamed {}
        pub mod changed {}
    }

    pub mod aggregate {
        pub mod name {}
        pub mod id {}
        pub mod events {}
        pub mod superseded {}
        pub mod event {}
        pub mod error {}
        pub mod snapshot {}
    }

    pub mod shape {}

    pub mod shape_field {
        pub mod opaque {}
    }

    pub mod event_set {
        pub mod superseded {}
    }

    pub mod decision_model {
        pub mod events {}
        pub mod superseded {}
        pub mod tolerates {}
    }

    pub mod decision_model_field {
        pub mod tag {}
        pub mod tags {}
    }

    pub mod projection {
        pub mod name {}
        pub mod version {}
        pub mod events {}
        pub mod superseded {}
        pub mod effects {}
        pub mod key {}
        pub mod bulk {}
        pub mod db {}
    }

    pub mod command {
        pub mod aggregate {}
        pub mod creates {}
        pub mod needs {}
        pub mod any {}
    }

    pub mod command_field {
        pub mod id {}
    }
}
