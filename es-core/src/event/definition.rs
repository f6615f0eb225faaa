//! Events: one struct, one stored name, one version of its shape.

use std::any::type_name;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::__private::MaybeStored;
use crate::event::decode_error::DecodeError;
use crate::event::describe::Describe;
use crate::event::encode_error::EncodeError;
use crate::event::lossless;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::tag::Tag;
use crate::event::upcasting;
use crate::shape::Schema;
use crate::validated_text::InvalidText;

/// A fact of the domain, in the past tense, one struct each.
///
/// Derive it. The derive requires a `name`, since that is what is stored: a struct may be renamed
/// and moved, and its history stays readable.
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "money-deposited")]
/// pub struct Deposited {
///     pub cents: i64,
/// }
///
/// assert_eq!(Deposited::NAME, "money-deposited");
/// assert_eq!(Deposited::VERSION, SchemaVersion(1));
/// ```
///
/// The supertraits are what stores (serde, and `PartialEq` for what is read again), repositories
/// (`Clone`) and reports (`Debug`, [`Describe`]) do with every event.
///
/// # What is stored can be read
///
/// An event goes into the log only if its stored form, decoded again, is equal to it. Otherwise the
/// command, decision or transformation that it belongs to is refused before anything is sent:
///
/// ```
/// use es_core::prelude::*;
///
/// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// #[event(name = "temperature-measured")]
/// pub struct Measured {
///     pub celsius: f64,
/// }
///
/// let error = Measured { celsius: f64::NAN }.encode().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "event `temperature-measured` cannot be read again once it is stored: \
///      `celsius` is NaN, stored as null"
/// );
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "put on it: #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)] #[event(name = \"…\")]"
)]
pub trait Event:
    Serialize + DeserializeOwned + Clone + fmt::Debug + PartialEq + Describe + Send + Sync + 'static
{
    /// The stored name of the event: 1 to 100 ASCII letters, digits, `-`, `_` and `.`, a letter
    /// first. Never changes once released.
    const NAME: &'static str;

    /// The version of the event's shape, from 1; 1 unless declared otherwise.
    const VERSION: SchemaVersion = SchemaVersion(1);

    /// Names under which it was stored before. It is read under all of them, and written as
    /// [`NAME`](Self::NAME).
    const ALIASES: &'static [&'static str] = &[];

    /// The names of the tags of such events, the home first, then in the order of the fields. An
    /// event may have a tag that is declared with `tags` once, several times or not at all.
    const TAGS: &'static [&'static str] = &[];

    /// The subjects of the event besides its stream: one tag for each field with `#[event(tag)]`,
    /// and one for each value of a field with `#[event(tags = "…")]`.
    ///
    /// # Errors
    ///
    /// If such a field prints what cannot be the value of a tag.
    fn tags(&self) -> Result<Vec<Tag>, InvalidText> {
        Ok(Vec::new())
    }

    /// The name of the tag that names the stream in which a decision across streams stores such an
    /// event, its home: that of the field with `#[event(tag, home)]`, or of the only one with
    /// `#[event(tag)]`. Of several tags of that name it is the first.
    const HOME: Option<&'static str> = None;

    /// The schema of every version that can be read, oldest first; the last one is the one that is
    /// written.
    ///
    /// The derive writes it from the fields. The type of a field is known if it has a
    /// [`Shape`](trait@crate::Shape); any other is described by its name
    /// ([`Form::Opaque`](crate::shape::Form::Opaque)), and so is each type parameter of a generic
    /// event. Without the derive it is a schema of which nothing is known.
    #[must_use]
    fn schemas() -> Vec<(SchemaVersion, Schema)> {
        match Self::STORED {
            Some(stored) => stored().schemas::<Self>(),
            None => vec![(Self::VERSION, Schema::opaque(type_name::<Self>()))],
        }
    }

    /// True if an event is decoded again before it is stored, as a check. `#[event(unchecked)]`
    /// turns it off.
    ///
    /// The check costs one decoding of each event that is written. It exists since serde writes
    /// values that it cannot read: NaN, infinity, `Some(None)`, large numbers within `flatten` and
    /// enums with a tag, fields that are skipped. Without it such a value is stored, and its stream
    /// cannot be loaded any more.
    const CHECKED: bool = true;

    /// The fields as data, from which [`schemas`](Self::schemas) are made. The derive writes it,
    /// and keeps the default of [`encode`](Self::encode).
    #[doc(hidden)]
    const STORED: MaybeStored = None;

    /// Encodes the event into its stored form.
    ///
    /// The stored form is decoded again and must be equal, unless the type is not
    /// [`CHECKED`](Self::CHECKED). A hand-written implementation is checked where the event is made
    /// ready for a store.
    ///
    /// # Errors
    ///
    /// If the event cannot be encoded, or would not be decoded as it is: then [`EncodeError::loss`]
    /// names the field and both values.
    fn encode(&self) -> Result<Payload, EncodeError> {
        let payload = Payload::of(self)
            .map_err(|source| EncodeError::new(EventName::of::<Self>(), source))?;
        if Self::CHECKED {
            lossless::of_event(self, &payload)?;
        }
        Ok(payload)
    }

    /// Reads a stored form of any version that this type can read.
    fn decode(version: SchemaVersion, payload: &Payload) -> Result<Self, DecodeError> {
        if version == Self::VERSION {
            upcasting::read(Self::NAME, version, payload)
        } else {
            Self::decode_past(version, payload)
        }
    }

    /// Reads a stored form of a version other than [`VERSION`](Self::VERSION): as the struct of
    /// that version, which is then upcast to this one.
    ///
    /// An event without a history has no other version.
    fn decode_past(version: SchemaVersion, _payload: &Payload) -> Result<Self, DecodeError> {
        Err(DecodeError::unknown_version(Self::NAME, version))
    }
}

/// An event that has a home, so that a decision across streams may cause it.
///
/// The derive of [`Event`](macro@crate::Event) implements it for events with `#[event(tag)]`
/// fields. A hand-written implementation goes with [`Event::HOME`], [`Event::TAGS`] and
/// [`Event::tags`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event with tags",
    label = "not an event with tags",
    note = "put #[event(tag)] on the field of `{Self}` that says what it is about"
)]
pub trait Tagged {}
