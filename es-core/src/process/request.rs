//! Requests of steps and of compensations, as data.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::name::SchemaVersion;
use crate::event::payload::Payload;

use super::names::{ActivityName, StepName};
use super::saga_error::SagaError;
use super::step_request::RequestKind;

/// A request to the outside world or to an aggregate, as it is stored in the stream of the instance.
///
/// It is the same for every attempt of a step, since all of them have one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The kind: who makes it.
    pub kind: RequestKind,
    /// The name of the activity or command.
    pub name: ActivityName,
    /// The version of the shape of its fields.
    pub version: SchemaVersion,
    /// Its fields.
    #[serde(with = "embedded")]
    pub body: Payload,
}

impl Request {
    /// Makes the request of `step`: for the activity or command `name`, whose fields are `body`.
    ///
    /// # Errors
    ///
    /// If the name breaks the rule of [`ActivityName`], or the fields cannot be stored.
    pub fn of(
        step: &StepName,
        kind: RequestKind,
        name: &str,
        version: SchemaVersion,
        body: &impl Serialize,
    ) -> Result<Self, SagaError> {
        let name = ActivityName::new(name)?;
        let cannot_be_stored = |source| SagaError::Request { step: step.clone(), source };
        Ok(Self { kind, name, version, body: Payload::of(body).map_err(cannot_be_stored)? })
    }
}

/// A payload within another one: as JSON, and not as a text that contains JSON.
pub(super) mod embedded {
    use super::{Deserialize, Deserializer, Payload, RawValue, Serialize, Serializer};

    pub(in super::super) fn serialize<S: Serializer>(
        payload: &Payload,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let json: &RawValue =
            serde_json::from_str(payload.as_str()).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Payload, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Payload::from_store(String::from(Box::<str>::from(json))))
    }
}
