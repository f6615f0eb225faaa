//! Events of no common set.

use std::fmt;

use crate::__private::Fact;
use crate::domain::into_events::{IntoEvents, Takes};
use crate::event::decode_error::DecodeError;
use crate::event::definition::{Event, Tagged};
use crate::event::describe::{Describe, Description};
use crate::event::encode_error::EncodeError;
use crate::event::metadata::Metadata;
use crate::event::name::EventName;
use crate::event::recorded::{NewEvent, RawEvent};
use crate::event::tag::Tag;

/// An event of whatever type that has a home: what a [`Decision`](crate::Decision) causes.
///
/// A decision names its events as they are; this is the set that takes all of them. By name one
/// needs it for a list of events of several types:
///
/// ```
/// use es_core::prelude::*;
/// use es_core::TaggedEvent;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "subscribed")]
/// # pub struct Subscribed { #[event(tag)] course: String }
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "course-filled")]
/// # pub struct CourseFilled { #[event(tag)] course: String }
///
/// let events: Vec<TaggedEvent> = vec![
///     Subscribed { course: "c1".into() }.into(),
///     CourseFilled { course: "c1".into() }.into(),
/// ];
/// assert_eq!(events[1].name().as_str(), "course-filled");
/// ```
pub struct TaggedEvent(Box<dyn Fact>);

impl TaggedEvent {
    /// The stored name of the event.
    #[must_use]
    pub fn name(&self) -> EventName {
        self.0.name()
    }

    /// The event as a store takes it, with a fresh id and its tags.
    pub fn to_new(&self, metadata: Metadata) -> Result<NewEvent, EncodeError> {
        let new = NewEvent::new(self.to_raw()?, metadata).with_tag_names(self.0.tag_names());
        new.with_all_tags(self.tags()?)
    }

    pub(crate) fn to_raw(&self) -> Result<RawEvent, EncodeError> {
        Ok(RawEvent::new(self.0.name(), self.0.version(), self.0.encode()?))
    }

    /// The event of the same type that is stored as `raw`.
    pub(crate) fn read_back(&self, raw: &RawEvent) -> Result<Self, DecodeError> {
        Ok(Self(self.0.read(raw.version, &raw.payload)?))
    }

    /// The tags, which name what the event is about.
    ///
    /// # Errors
    ///
    /// If a tagged field prints what cannot be the value of a tag.
    pub fn tags(&self) -> Result<Vec<Tag>, EncodeError> {
        self.0.tags().map_err(|source| EncodeError::new(self.name(), source))
    }

    /// The name of the tag that names the stream in which a decision stores the event: of several tags
    /// of that name, the first.
    #[must_use]
    pub fn home(&self) -> Option<&'static str> {
        self.0.home()
    }
}

/// Events that have a home among their tags, in order: an event, a tuple of up to eight, an `Option`, a `Vec`, an array,
/// `()`, and any nesting of these.
///
/// Implemented for what a [`TaggedEvent`] [takes](Takes), and for nothing else.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not made of events with a home",
    label = "a decision across streams cannot cause this",
    note = "put #[event(tag)] on the field of each event that says what it is about, and `home` on the one that names its stream: #[event(tag, home)]",
    note = "a decision may name events with #[derive(Event, …)], tuples of up to eight, Option, Vec, arrays and (); a list of several types is a Vec<TaggedEvent>"
)]
// On every value an editor would propose these methods, which are for the repository to call.
#[rust_analyzer::completions(ignore_flyimport_methods)]
pub trait TaggedEvents: sealed::Sealed {
    /// The events as a list.
    fn into_tagged(self) -> Vec<TaggedEvent>;
}

mod sealed {
    pub trait Sealed {}
}

impl<E: IntoEvents<TaggedEvent>> sealed::Sealed for E {}

#[diagnostic::do_not_recommend]
impl<E: IntoEvents<TaggedEvent>> TaggedEvents for E {
    fn into_tagged(self) -> Vec<TaggedEvent> {
        self.into_events()
    }
}

impl<E: Event + Tagged> From<E> for TaggedEvent {
    fn from(event: E) -> Self {
        Self(Box::new(event))
    }
}

impl<E: Event + Tagged> Takes<E> for TaggedEvent {
    fn take(event: E, events: &mut Vec<Self>) {
        events.push(event.into());
    }
}

impl Takes<Self> for TaggedEvent {
    fn take(event: Self, events: &mut Vec<Self>) {
        events.push(event);
    }
}

impl PartialEq for TaggedEvent {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(&*other.0)
    }
}

/// Prints the event itself.
impl fmt::Debug for TaggedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.print(f)
    }
}

impl Describe for TaggedEvent {
    fn describe(&self) -> Description {
        self.0.describe()
    }
}
