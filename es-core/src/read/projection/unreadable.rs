//! Events that this release of the service is too old to read.

use std::error::Error;

use super::{KeyError, ProjectError, ProjectionId};
use crate::event::decode_error::{DecodeError, RecordedDecodeError};
use crate::event::name::{EventName, SchemaVersion};
use crate::event::recorded::RecordedEvent;

/// The events of one name and one version of their shape that wait for a node that can read them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// The stored name.
    pub event: EventName,
    /// The stored version.
    pub version: SchemaVersion,
    /// The number of keys whose first event is such a one.
    pub keys: u64,
}

impl Unreadable {
    /// Events that wait: for the authors of stores.
    #[must_use]
    pub fn new(event: EventName, version: SchemaVersion, keys: u64) -> Self {
        Self { event, version, keys }
    }
}

/// An event that another release of a projection reads, and this one does not list.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{event}` v{version} is read by another release of `{id}`, and is not on the list of this one"
)]
pub(super) struct NotOnTheList {
    id: ProjectionId,
    event: EventName,
    version: SchemaVersion,
}

impl NotOnTheList {
    pub(super) fn new(id: &ProjectionId, event: &RecordedEvent) -> Self {
        let (name, version) = (event.event.name.clone(), event.event.version);
        Self { id: id.clone(), event: name, version }
    }
}

/// True if a handler failed because this process knows no such event, or not in that version: another
/// release can read what it cannot.
pub(super) fn is_unreadable(error: &ProjectError) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error.as_error());
    while let Some(error) = next {
        if error.is::<NotOnTheList>() || decode_error(error).is_some_and(is_unknown) {
            return true;
        }
        next = error.source();
    }
    false
}

/// The decode error within. A transparent error hands on the source of what it holds, and not that.
fn decode_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e DecodeError> {
    if let Some(KeyError::Decode(recorded)) = error.downcast_ref() {
        return Some(&recorded.source);
    }
    if let Some(recorded) = error.downcast_ref::<RecordedDecodeError>() {
        return Some(&recorded.source);
    }
    error.downcast_ref()
}

fn is_unknown(error: &DecodeError) -> bool {
    matches!(error, DecodeError::UnknownEvent { .. } | DecodeError::UnknownVersion { .. })
}
