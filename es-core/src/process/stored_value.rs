//! The check that requests and answers come back from their stored form as they were.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::lossless::{self, ChangedField};
use crate::event::payload::{InvalidPayload, Payload};

/// The error of a request or an answer that cannot be stored, or would be read as another one.
///
/// Compared is what serde writes: a field that it skips is not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnstorableValue {
    /// It is no JSON, or too long.
    #[error(transparent)]
    Invalid(#[from] InvalidPayload),
    /// Its stored form cannot be read again.
    #[error("the stored form cannot be read again")]
    Unreadable(#[source] serde_json::Error),
    /// Its stored form is read as another value.
    #[error("`{}` would be read as {}, and is {}", .first.path, .first.read, .first.written)]
    Changed {
        /// The first field that differs.
        first: ChangedField,
    },
}

/// Encodes a request or an answer, and reads it again.
pub(super) fn payload_of<T: Serialize + DeserializeOwned>(
    value: &T,
) -> Result<Payload, UnstorableValue> {
    let payload = Payload::of(value)?;
    let read: T = serde_json::from_str(payload.as_str()).map_err(UnstorableValue::Unreadable)?;
    match lossless::changed_fields(value, &read).into_iter().next() {
        Some(first) => Err(UnstorableValue::Changed { first }),
        None => Ok(payload),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Measured {
        weight: Option<f64>,
        #[serde(default, skip_serializing_if = "is_seven")]
        pieces: String,
    }

    fn is_seven(pieces: &str) -> bool {
        pieces == "7"
    }

    fn error_of(value: &(impl Serialize + DeserializeOwned)) -> String {
        payload_of(value).unwrap_err().to_string()
    }

    #[test]
    fn a_value_that_comes_back_is_stored() {
        let measured = Measured { weight: Some(0.1), pieces: "3".into() };

        assert_eq!(payload_of(&measured).unwrap().as_str(), r#"{"weight":0.1,"pieces":"3"}"#);
    }

    #[test]
    fn a_number_that_json_does_not_have_is_refused() {
        assert_eq!(error_of(&f64::NAN), "the stored form cannot be read again");
        let measured = Measured { weight: Some(f64::NAN), pieces: "3".into() };
        assert!(error_of(&measured).starts_with("`weight` would be read as"), "{measured:?}");
    }

    #[test]
    fn a_field_that_is_left_out_and_comes_back_as_another_value_is_refused() {
        let measured = Measured { weight: None, pieces: "7".into() };

        assert_eq!(error_of(&measured), r#"`pieces` would be read as "", and is nothing"#);
    }
}
