//! The stored form of events.

use std::fmt;

use serde::Serialize;
use serde::de::IgnoredAny;

use crate::event::lossless;

/// The stored form of an event's fields: JSON text of at most 16 MiB.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(String);

/// The error of a value that cannot be a payload.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPayload {
    /// The text is not JSON, or the `Serialize` of the value refused.
    #[error("the payload cannot be stored as JSON")]
    Json(#[from] serde_json::Error),
    /// The `Serialize` of a field refused, or the field is no JSON: a map whose keys are no texts.
    #[error("`{path}` cannot be stored as JSON")]
    Field {
        /// The path of the field: `lines[1].price`.
        path: String,
        /// The error of serde.
        source: serde_json::Error,
    },
    /// The payload is too long.
    #[error(
        "the payload is {bytes} bytes long, and at most {} are stored; \
         keep large data elsewhere and store where it is",
        Payload::MAX_BYTES
    )]
    TooLong {
        /// The length of the payload, in bytes.
        bytes: usize,
    },
}

impl Payload {
    /// The maximum length of a payload, in bytes. An event is read, sent and kept as a whole;
    /// beyond this length it is a document.
    pub const MAX_BYTES: usize = 16 * 1024 * 1024;

    /// Encodes `value` as JSON, as serde writes it: NaN as `null`, and without a check that it can
    /// be read again. An event is encoded by [`Event::encode`](crate::Event::encode), which checks that.
    pub fn of(value: &impl Serialize) -> Result<Self, InvalidPayload> {
        match serde_json::to_string(value) {
            Ok(json) => Self::of_limited(json),
            Err(source) => Err(match lossless::unwritable(value) {
                Some(path) => InvalidPayload::Field { path, source },
                None => InvalidPayload::Json(source),
            }),
        }
    }

    /// Checks that a text is JSON, and takes it; the error names the place where it is not.
    pub fn parse(json: impl Into<String>) -> Result<Self, InvalidPayload> {
        let json = json.into();
        serde_json::from_str::<IgnoredAny>(&json)?;
        Self::of_limited(json)
    }

    fn of_limited(json: String) -> Result<Self, InvalidPayload> {
        if json.len() > Self::MAX_BYTES {
            return Err(InvalidPayload::TooLong { bytes: json.len() });
        }
        Ok(Self(json))
    }

    /// Takes a text from a store unchecked; it was checked before it was stored.
    #[must_use]
    pub fn from_store(json: String) -> Self {
        Self(json)
    }

    /// The JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that rounds would change one float in ten by its last digit.
    #[test]
    fn a_float_comes_back_as_it_was() {
        let value = 421.455_715_914_918_36_f64;

        let payload = Payload::of(&value).unwrap();

        let back: f64 = serde_json::from_str(payload.as_str()).unwrap();
        assert_eq!(back.to_bits(), value.to_bits());
    }

    #[test]
    fn what_is_no_json_is_no_payload() {
        assert!(Payload::parse("{\"cents\":").is_err());
        assert_eq!(Payload::parse(" {} ").unwrap().as_str(), " {} ");
    }

    #[test]
    fn a_payload_over_the_limit_is_refused_with_both_lengths() {
        let text = |bytes: usize| "x".repeat(bytes - 2);

        assert!(Payload::of(&text(Payload::MAX_BYTES)).is_ok());
        let error = Payload::of(&text(Payload::MAX_BYTES + 1)).unwrap_err().to_string();
        assert!(error.contains("16777217 bytes long, and at most 16777216"), "{error}");
    }
}
