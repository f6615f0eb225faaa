//! A tag that events of one name have, or lack.

use crate::event::name::EventName;
use crate::event::recorded::NewEvent;

/// The name of a tag of the events of one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct EventTag {
    /// The stored name of the event.
    pub event: EventName,
    /// The name of the tag.
    pub tag: String,
}

impl EventTag {
    /// The tag of that name of events of this name.
    #[must_use]
    pub fn new(event: EventName, tag: impl Into<String>) -> Self {
        Self { event, tag: tag.into() }
    }

    /// True if an append of `new` leaves the tag out: neither does its type have the tag, nor the
    /// event itself.
    #[must_use]
    pub fn is_left_out_by(&self, new: &NewEvent) -> bool {
        self.event == new.event.name
            && !new.tag_names.contains(&&*self.tag)
            && !new.tags.iter().any(|tag| tag.name() == self.tag)
    }
}

/// Events are stored without a tag that a decision rests on: it would not know of all that happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "event `{event}` is stored without its tag `{tag}`, under which the decision looks for it; \
     call `RetagStore::retag` for the event when the releases without the tag have ended",
    event = .0.event, tag = .0.tag
)]
pub struct MissingTag(pub EventTag);

/// An append would store an event without a tag that all stored ones have: it comes from a release
/// without the tag, which a decision would overlook.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "event `{event}` would be stored without its tag `{tag}`, which all stored ones have by now; \
     a later release has added the tag: end this one, or call `RetagStore::retag` for the event from \
     the release that has taken the tag back",
    event = .0.event, tag = .0.tag
)]
pub struct LacksTag(pub EventTag);
