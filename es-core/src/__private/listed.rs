//! The events of a set as a table, and reading with it.

use super::fact::{AsFact, FactOf};
use crate::domain::into_events::Takes;
use crate::event::decode_error::DecodeError;
use crate::event::decoded::Decoded;
use crate::event::definition::Event;
use crate::event::history::EventHistory;
use crate::event::name::SchemaVersion;
use crate::event::payload::Payload;
use crate::event::set::EventType;
use crate::event::superseded::Superseded;

/// One event of the set `S`.
#[derive(Debug)]
pub struct Member<S> {
    pub event: EventType,
    /// A number that tells most names apart at one look.
    key: u64,
    decode: Decode<S>,
    history: fn() -> EventHistory,
}

type Decode<S> = fn(SchemaVersion, &Payload) -> Result<Decoded<S>, DecodeError>;

impl<S> Member<S> {
    const fn new(event: EventType, decode: Decode<S>, history: fn() -> EventHistory) -> Self {
        Self { key: key(event.name), event, decode, history }
    }
}

/// The bounds of a set on a listed type.
///
/// One trait in place of many, so that a listed type that is no event meets one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "put on it: #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)] #[event(name = \"…\")]",
    note = "or take it off the list, if it is a command or a part of an event"
)]
pub trait Listed<S>: Sized {
    /// A number that events have and no other type.
    const ONE: usize = 1;
    const MEMBER: Member<S>;

    #[must_use]
    fn fact(&self) -> &dyn FactOf<S>;
}

impl<E: Event, S: From<E>> Listed<S> for E {
    const MEMBER: Member<S> =
        Member::new(EventType::of::<E>(), decode_one::<E, S>, history_of::<E>);

    fn fact(&self) -> &dyn FactOf<S> {
        self
    }
}

/// The item of an array of one: a type that is known if the length is. See [`Listed::ONE`].
pub trait Only {
    type It;
}

impl<T> Only for [T; 1] {
    type It = T;
}

fn decode_one<E: Event, S: From<E>>(
    version: SchemaVersion,
    payload: &Payload,
) -> Result<Decoded<S>, DecodeError> {
    <E as Event>::decode(version, payload).map(|event| Decoded::one(event.into()))
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
    const MEMBER: Member<Self>;
}

impl<S: Takes<E::By>, E: Superseded> Reads<E> for S {
    const MEMBER: Member<S> =
        Member::new(EventType::of::<E>(), decode_superseded::<E, S>, superseded_history_of::<E>);
}

/// Decodes a stored event into all that has taken its place.
fn decode_superseded<E: Superseded, S: Takes<E::By>>(
    version: SchemaVersion,
    payload: &Payload,
) -> Result<Decoded<S>, DecodeError> {
    let by = <E as Event>::decode(version, payload)?
        .superseded()
        .map_err(|reason| DecodeError::superseded(E::NAME, version, reason))?;
    let mut events = Vec::new();
    S::take(by, &mut events);
    Ok(events.into())
}

fn superseded_history_of<E: Event>() -> EventHistory {
    history_of::<E>().superseded()
}

/// Reads a stored event as the member that has its name, or had it before.
pub fn decode<S: AsFact>(
    name: &str,
    version: SchemaVersion,
    payload: &Payload,
) -> Result<Decoded<S>, DecodeError> {
    let key = key(name);
    let has_name = |member: &&Member<S>| member.key == key && member.event.name == name;
    let member = S::MEMBERS.iter().find(has_name).or_else(|| {
        let mut rest = S::READS.iter().chain(S::MEMBERS);
        rest.find(|member| member.event.is(name))
    });
    match member {
        Some(member) => (member.decode)(version, payload),
        None => Err(DecodeError::unknown_event(name)),
    }
}

/// The length and the last eight bytes of a name: names often begin alike.
const fn key(name: &str) -> u64 {
    let name = name.as_bytes();
    let length = name.len() as u64;
    match name.last_chunk() {
        Some(end) => u64::from_le_bytes(*end) ^ length.rotate_right(8),
        None => length,
    }
}

/// Every event of a set with its versions, superseded ones last.
#[must_use]
pub fn histories<S: AsFact>() -> Vec<EventHistory> {
    S::MEMBERS.iter().chain(S::READS).map(|member| (member.history)()).collect()
}

/// `EventSet::EVENTS` of a set of `N` events.
#[must_use]
pub const fn types<const N: usize, S: AsFact>() -> [EventType; N] {
    of_members(S::MEMBERS)
}

/// `EventSet::SUPERSEDED` of a set that reads `N` of them.
#[must_use]
pub const fn types_read<const N: usize, S: AsFact>() -> [EventType; N] {
    of_members(S::READS)
}

const fn of_members<const N: usize, S: AsFact>(members: &[Member<S>]) -> [EventType; N] {
    let mut types = [NO_TYPE; N];
    let mut nth = 0;
    while nth < N {
        types[nth] = members[nth].event;
        nth += 1;
    }
    types
}

/// The filler of a list that is not yet complete. A set without events is an error that is
/// reported.
const NO_TYPE: EventType =
    EventType { name: "", version: SchemaVersion(1), aliases: &[], is_checked: true, tags: &[] };
