//! Upcasting of an old payload to the current version of its event. Called by the code that the
//! derive of `Event` writes.

use std::error::Error;

use serde::de::DeserializeOwned;

use crate::event::decode_error::DecodeError;
use crate::event::definition::Event;
use crate::event::name::SchemaVersion;
use crate::event::payload::Payload;
use crate::event::set::EventType;
use crate::event::upcast::TryUpcast;
use crate::shape::Schema;

/// The error of an upcasting step.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The previous versions of an event, from version 1 on: `(((V1,), V2), V3)`.
pub trait Versions {
    /// The type of the newest of them.
    type Newest;
    /// The number of the newest of them.
    const NEWEST: u32;

    /// Reads a payload as the type of its own version, and upcasts it to the newest of them.
    fn read(
        name: &'static str,
        stored: SchemaVersion,
        payload: &Payload,
    ) -> Result<Self::Newest, DecodeError>;
}

impl<P: DeserializeOwned> Versions for (P,) {
    type Newest = P;
    const NEWEST: u32 = 1;

    #[inline]
    fn read(
        name: &'static str,
        stored: SchemaVersion,
        payload: &Payload,
    ) -> Result<P, DecodeError> {
        if stored.0 == Self::NEWEST {
            read(name, stored, payload)
        } else {
            Err(DecodeError::unknown_version(name, stored))
        }
    }
}

impl<V: Versions, P: DeserializeOwned + TryUpcast<V::Newest>> Versions for (V, P) {
    type Newest = P;
    const NEWEST: u32 = V::NEWEST + 1;

    #[inline]
    fn read(
        name: &'static str,
        stored: SchemaVersion,
        payload: &Payload,
    ) -> Result<P, DecodeError> {
        if stored.0 == Self::NEWEST {
            read(name, stored, payload)
        } else {
            up(name, stored, SchemaVersion(Self::NEWEST), V::read(name, stored, payload)?)
        }
    }
}

/// Upcasts an old payload to the current version of the event, whose previous versions are `V`.
#[inline]
pub fn upcast_from<V: Versions, E: Event + TryUpcast<V::Newest>>(
    stored: SchemaVersion,
    payload: &Payload,
) -> Result<E, DecodeError> {
    up(E::NAME, stored, E::VERSION, V::read(E::NAME, stored, payload)?)
}

#[inline]
fn up<P, N: TryUpcast<P>>(
    name: &str,
    stored: SchemaVersion,
    to: SchemaVersion,
    form: P,
) -> Result<N, DecodeError> {
    N::try_upcast(form).map_err(|reason| DecodeError::upcast(name, stored, to, reason))
}

/// Reads a payload as the type of its version.
#[inline]
pub(crate) fn read<T: DeserializeOwned>(
    name: &str,
    version: SchemaVersion,
    payload: &Payload,
) -> Result<T, DecodeError> {
    serde_json::from_str(payload.as_str())
        .map_err(|source| DecodeError::damaged(name, version, source))
}

/// A struct that holds the version before that of `E`. All of its requirements go through this one
/// trait, with the same messages, so that the compiler reports each missing one once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "put on it: #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)] #[event(name = \"…\")]"
)]
pub trait PreviousOf<E>: Sized {
    /// The name and version of the struct.
    const TYPE: EventType;

    /// Reads a stored form of an older version than `E`.
    fn upcast_from(stored: SchemaVersion, payload: &Payload) -> Result<E, DecodeError>;

    /// The stored forms of its versions, and after them `schema`, which is that of `E`.
    fn schemas(schema: Schema) -> Vec<(SchemaVersion, Schema)>;
}

impl<P: Event, E: Event + TryUpcast<P>> PreviousOf<E> for P {
    const TYPE: EventType = EventType::of::<P>();

    fn upcast_from(stored: SchemaVersion, payload: &Payload) -> Result<E, DecodeError> {
        up(E::NAME, stored, E::VERSION, P::decode(stored, payload)?)
    }

    fn schemas(schema: Schema) -> Vec<(SchemaVersion, Schema)> {
        let mut schemas = <P as Event>::schemas();
        schemas.push((E::VERSION, schema));
        schemas
    }
}

/// The return value of a function in a field's history: the value, or a `Result` of it.
#[diagnostic::on_unimplemented(
    message = "the function gives `{Self}`, and the field is `{T}`",
    label = "gives `{Self}`",
    note = "let it return `{T}`, or a `Result` of it"
)]
pub trait FieldValue<T> {
    /// The value, or the error that the function returned.
    fn field_value(self) -> Result<T, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T> FieldValue<T> for T {
    fn field_value(self) -> Result<T, BoxError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<BoxError>> FieldValue<T> for Result<T, E> {
    fn field_value(self) -> Result<T, BoxError> {
        self.map_err(Into::into)
    }
}
