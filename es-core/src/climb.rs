//! How an old payload becomes the event of today. Called by what the derive of `Event` writes.

use std::error::Error;

use serde::de::DeserializeOwned;

use crate::error::DecodeError;
use crate::event::{Event, Payload, SchemaVersion};
use crate::event_set::EventType;
use crate::shape::Schema;
use crate::upcast::TryUpcast;

/// Why a step was not possible.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A payload on its way up through the versions of the event `E`, as far as `form`.
///
/// It joins at its own version: until then there is nothing to climb with.
#[derive(Debug)]
pub struct Climb<'a, P> {
    name: &'static str,
    stored: SchemaVersion,
    payload: &'a Payload,
    /// The version of `form`.
    version: u32,
    form: Option<P>,
}

impl<'a, P: DeserializeOwned> Climb<'a, P> {
    /// At version 1 of `E`, whose form was `P`.
    pub fn begin<E: Event>(
        stored: SchemaVersion,
        payload: &'a Payload,
    ) -> Result<Self, DecodeError> {
        let climb = Climb { name: E::NAME, stored, payload, version: 1, form: None::<P> };
        climb.joined()
    }

    /// At the next version, whose form was `N`.
    pub fn step<N: TryUpcast<P> + DeserializeOwned>(self) -> Result<Climb<'a, N>, DecodeError> {
        let Self { name, stored, payload, version, form } = self;
        let version = version + 1;
        let form = form.map(|form| up(name, stored, SchemaVersion(version), form)).transpose()?;
        Climb { name, stored, payload, version, form }.joined()
    }

    /// At the event as it is today.
    pub fn arrive<E: TryUpcast<P>>(self) -> Result<E, DecodeError> {
        let Self { name, stored, version, form, .. } = self;
        match form {
            Some(form) => up(name, stored, SchemaVersion(version + 1), form),
            None => Err(DecodeError::unknown_version(name, stored)),
        }
    }

    /// With the payload, if this is its version.
    fn joined(mut self) -> Result<Self, DecodeError> {
        if self.stored.0 == self.version {
            self.form = Some(read(self.name, self.stored, self.payload)?);
        }
        Ok(self)
    }
}

fn up<P, N: TryUpcast<P>>(
    name: &str,
    stored: SchemaVersion,
    to: SchemaVersion,
    form: P,
) -> Result<N, DecodeError> {
    N::try_upcast(form).map_err(|reason| DecodeError::upcast(name, stored, to, reason))
}

/// The payload as what its version says that it is.
pub(crate) fn read<T: DeserializeOwned>(
    name: &str,
    version: SchemaVersion,
    payload: &Payload,
) -> Result<T, DecodeError> {
    serde_json::from_str(payload.as_str())
        .map_err(|source| DecodeError::damaged(name, version, source))
}

/// A struct that holds the version before that of `E`. Whatever is asked of it is asked through this
/// one trait, in the same words, so that each thing that it lacks is told once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event",
    note = "put on it: #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)] #[event(name = \"…\")]"
)]
pub trait PreviousOf<E>: Sized {
    /// Name and version.
    const TYPE: EventType;

    /// Reads a stored form of an older version than `E`.
    fn climb(stored: SchemaVersion, payload: &Payload) -> Result<E, DecodeError>;

    /// The stored forms of its versions, and after them `schema`, which is that of `E`.
    fn schemas(schema: Schema) -> Vec<(SchemaVersion, Schema)>;
}

impl<P: Event, E: Event + TryUpcast<P>> PreviousOf<E> for P {
    const TYPE: EventType = EventType::of::<P>();

    fn climb(stored: SchemaVersion, payload: &Payload) -> Result<E, DecodeError> {
        up(E::NAME, stored, E::VERSION, P::decode(stored, payload)?)
    }

    fn schemas(schema: Schema) -> Vec<(SchemaVersion, Schema)> {
        let mut schemas = <P as Event>::schemas();
        schemas.push((E::VERSION, schema));
        schemas
    }
}

/// What a function of a field's history gives: the value, or the value or a reason.
#[diagnostic::on_unimplemented(
    message = "the function gives `{Self}`, and the field is `{T}`",
    label = "gives `{Self}`",
    note = "let it return `{T}`, or a `Result` of it"
)]
pub trait Given<T> {
    /// The value, or why there is none.
    fn given(self) -> Result<T, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T> Given<T> for T {
    fn given(self) -> Result<T, BoxError> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<BoxError>> Given<T> for Result<T, E> {
    fn given(self) -> Result<T, BoxError> {
        self.map_err(Into::into)
    }
}
