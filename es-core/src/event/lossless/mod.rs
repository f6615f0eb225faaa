//! The check that an event comes back from its stored form as it was, before anything is sent.
//!
//! Every typed event passes here on its way into a [`RawEvent`](crate::RawEvent): [`Event::encode`] and
//! the sets that a derive writes by [`of_event`], sets without a derive by [`of_set`]. A value that
//! serde writes and cannot read is refused with the command that caused it, in place of a stream that
//! can never be loaded again.
//!
//! [`Event::encode`]: crate::Event::encode

mod alike;
mod leaves;
mod loss;
mod place;
mod unreadable;
mod unwritable;
mod walk;

pub use alike::{came_back, equals_itself, same_words};
pub use loss::{ChangedField, Loss};
pub(crate) use unwritable::unwritable;

use serde::Serialize;

use crate::__private::Reported;
use crate::event::decode_error::DecodeError;
use crate::event::decoded::Decoded;
use crate::event::definition::Event;
use crate::event::describe::Describe;
use crate::event::encode_error::EncodeError;
use crate::event::name::EventName;
use crate::event::payload::Payload;
use crate::event::recorded::RawEvent;
use crate::event::set::EventSet;

/// The fields of a value that are read as something else, of what serde writes.
pub(crate) fn changed_fields<T: Serialize>(written: &T, read: &T) -> Vec<ChangedField> {
    leaves::changed(&leaves::of(written), &leaves::of(read))
}

/// Refuses an event that `payload`, its stored form, would not give back.
#[inline]
pub(crate) fn of_event<E: Event>(event: &E, payload: &Payload) -> Result<(), EncodeError> {
    match E::decode(E::VERSION, payload) {
        Ok(read) if read == *event => Ok(()),
        read => refuse_event(event, payload, read),
    }
}

#[cold]
fn refuse_event<E: Event>(
    event: &E,
    payload: &Payload,
    read: Result<E, DecodeError>,
) -> Result<(), EncodeError> {
    let written = leaves::of(event);
    let loss = match read {
        Ok(read) => {
            let fields = leaves::changed(&written, &leaves::of(&read));
            let is_same = fields.is_empty() && alike::prints_alike(&read, event);
            if is_same && !equals_itself(event) {
                return Ok(());
            }
            let fields = if fields.is_empty() { changed(event, &read) } else { fields };
            Loss::Changed { fields }
        }
        Err(error) => unreadable::loss(&event.describe(), &written, payload, error),
    };
    let stored = RawEvent::new(EventName::of::<E>(), E::VERSION, payload.clone());
    Err(EncodeError::lossy(stored, loss))
}

/// The stored form of an event of a set. A set without a derive may write and read as it likes, and is
/// asked again here: by what it writes and prints, since a set is not always `PartialEq`.
pub(crate) fn of_set<S: EventSet>(event: &S) -> Result<RawEvent, EncodeError> {
    let raw = RawEvent::new(event.name(), event.version(), event.encode()?);
    if !S::IS_DERIVED && is_checked(event) {
        let same = |read: &S| alike::writes_alike(read, event, &raw.payload);
        refuse(event, &raw, S::from_raw(&raw), same)?;
    }
    Ok(raw)
}

/// Refuses an event of a set without a derive that is not equal to what is read.
pub(crate) fn of_own_set<S: EventSet + PartialEq>(
    event: &S,
    raw: &RawEvent,
) -> Result<(), EncodeError> {
    if S::IS_DERIVED || !is_checked(event) {
        return Ok(());
    }
    of_reported(event, raw)
}

/// Refuses what would not be read as it is reported, whether or not its type is checked.
pub fn of_reported<E: Reported>(event: &E, raw: &RawEvent) -> Result<(), EncodeError> {
    refuse(event, raw, event.read_back(raw), |read| came_back(read, event))
}

fn is_checked<S: EventSet>(event: &S) -> bool {
    let name = event.name();
    let own = S::EVENTS.iter().find(|own| own.name == name.as_str());
    own.is_none_or(|own| own.is_checked)
}

fn refuse<E: Describe>(
    event: &E,
    raw: &RawEvent,
    read: Result<Decoded<E>, DecodeError>,
    is_same: impl FnOnce(&E) -> bool,
) -> Result<(), EncodeError> {
    let loss = match read {
        Ok(read) => match read.as_slice() {
            [read] if is_same(read) => return Ok(()),
            [read] => Loss::Changed { fields: changed(event, read) },
            read => Loss::NotOne { count: read.len() },
        },
        Err(error) => unreadable::loss(&event.describe(), &[], &raw.payload, error),
    };
    Err(EncodeError::lossy(raw.clone(), loss))
}

/// The fields that print differently.
fn changed(written: &impl Describe, read: &impl Describe) -> Vec<ChangedField> {
    let (written, read) = (written.describe(), read.describe());
    let both = written.fields.into_iter().zip(read.fields);
    let differ = both.filter(|(written, read)| written.value != read.value);
    differ
        .map(|(written, read)| ChangedField::new(written.name, &written.value, &read.value))
        .collect()
}
