//! Requests of steps and of compensations, as data.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::event::name::SchemaVersion;
use crate::event::payload::Payload;
use crate::validated_text::InvalidText;

use super::names::ActivityName;
use super::step_request::RequestKind;

/// A request to the outside world or to an aggregate, as it is stored in the stream of the instance.
///
/// It is the same for every attempt of a step, since all of them have one key. Of a compensation it is
/// prepared anew when an operator asks for further attempts, since its code may have been repaired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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
    /// Makes the request for the activity or command `name`, whose fields are `body`.
    ///
    /// # Errors
    ///
    /// If the name breaks the rule of [`ActivityName`].
    pub fn new(
        kind: RequestKind,
        name: &str,
        version: SchemaVersion,
        body: Payload,
    ) -> Result<Self, InvalidText> {
        Ok(Self { kind, name: ActivityName::new(name)?, version, body })
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
