//! Requests that are answered once: their fingerprints, and the way of an answer into the store and back.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::event::payload::Payload;
use crate::shape::fnv_1a;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::request::{
    AnsweredRequest, NewRequest, RequestFingerprint, RequestId, RequestKey, RequestScope,
};
use crate::store::silence::answered;
use crate::timestamp::Timestamp;
use crate::write::request_error::RequestError;
use crate::write::retry::until_answered;

/// The allowance for clocks of clients that are fast: the instant of an id has to be so much later than that
/// since when answers are remembered.
const FAST_CLOCKS: Duration = Duration::from_secs(60 * 60);

/// A request, and what it asks for.
#[derive(Clone, Debug)]
pub(crate) struct AskedOnce {
    key: RequestKey,
    fingerprint: RequestFingerprint,
}

/// The failure to find or to keep an answer.
pub(crate) enum OnceFailure {
    Request(RequestError),
    Store(StoreError),
}

impl From<StoreError> for OnceFailure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<RequestError> for OnceFailure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl AskedOnce {
    /// The request `id`, which asks for `command`, of this name and about this thing.
    pub(crate) fn new(
        scope: RequestScope,
        id: &RequestId,
        name: &str,
        about: &dyn Display,
        command: &impl Serialize,
    ) -> Result<Self, RequestError> {
        let fields = serde_json::to_value(command)
            .map_err(|source| RequestError::Command { id: id.clone(), source })?;
        let mut text = format!("{name} {about} ");
        canonical(&fields, &mut text);
        let fingerprint = RequestFingerprint(fnv_1a(&text));
        Ok(Self { key: RequestKey::new(scope, id.clone()), fingerprint })
    }

    /// The answer of the first time, if there is one.
    pub(crate) async fn find<S: EventStore>(
        &self,
        store: &S,
    ) -> Result<Option<AnsweredRequest>, OnceFailure> {
        let memory = until_answered(|| answered(store.find_request(&self.key))).await?;
        // An answer that is there is told, whatever the instant of the request.
        if memory.answered.is_none() {
            self.check_instant(memory.since)?;
        }
        Ok(memory.answered)
    }

    fn check_instant(&self, since: Option<Timestamp>) -> Result<(), RequestError> {
        let (Some(sent), Some(since)) = (self.key.id.sent_at(), since) else { return Ok(()) };
        let since = since.saturating_add(FAST_CLOCKS);
        if sent >= since {
            return Ok(());
        }
        Err(RequestError::TooOld { id: self.key.id.clone(), sent, since })
    }

    /// The request with its answer.
    pub(crate) fn answered(&self, answer: &impl Serialize) -> Result<NewRequest, RequestError> {
        let answer = Payload::of(answer)
            .map_err(|source| RequestError::Answer { id: self.key.id.clone(), source })?;
        Ok(NewRequest::new(self.key.clone(), self.fingerprint, answer))
    }

    /// Keeps an answer without events. Another one that is there already is answered, and stays.
    pub(crate) async fn keep<S: EventStore>(
        &self,
        store: &S,
        answer: &impl Serialize,
    ) -> Result<Option<AnsweredRequest>, OnceFailure> {
        let request = self.answered(answer)?;
        let keep = || answered(store.answer_request(request.clone()));
        Ok(until_answered(keep).await?)
    }

    /// Reads the answer of the first time.
    pub(crate) fn read<T: DeserializeOwned>(
        &self,
        first: &AnsweredRequest,
    ) -> Result<T, RequestError> {
        let id = || self.key.id.clone();
        if first.fingerprint != self.fingerprint {
            return Err(RequestError::Reused { id: id() });
        }
        serde_json::from_str(first.answer.as_str())
            .map_err(|source| RequestError::Unreadable { id: id(), source })
    }
}

/// Writes a value so that equal ones have equal texts: the fields of an object in the order of their names, and
/// those that are null left out, since a release may add an optional one.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            text.push('{');
            let fields: BTreeMap<_, _> =
                fields.iter().filter(|(_, value)| !value.is_null()).collect();
            for (name, value) in fields {
                // As JSON, since what `Debug` escapes differs between releases of Rust. Writing to a text cannot fail.
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(values) => {
            text.push('[');
            for value in values {
                canonical(value, text);
                text.push(',');
            }
            text.push(']');
        }
        leaf => {
            let _ = write!(text, "{leaf}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(name: &str, fields: &Value) -> RequestFingerprint {
        let scope = RequestScope::new("account").unwrap();
        let id = RequestId::new("r1").unwrap();
        AskedOnce::new(scope, &id, name, &"ada", fields).unwrap().fingerprint
    }

    #[test]
    fn the_order_of_fields_does_not_matter_and_null_is_none() {
        let first = asked("Withdraw", &json!({"cents": 3, "note": {"a": 1, "b": [null, 2]}}));

        let second =
            asked("Withdraw", &json!({"note": {"b": [null, 2], "c": null, "a": 1}, "cents": 3}));

        assert_eq!(first, second);
    }

    #[test]
    fn another_name_or_value_is_another_command() {
        let first = asked("Withdraw", &json!({"cents": 3}));

        assert_ne!(first, asked("Deposit", &json!({"cents": 3})));
        assert_ne!(first, asked("Withdraw", &json!({"cents": 4})));
        assert_ne!(first, asked("Withdraw", &json!({"cents": "3"})));
        assert_ne!(first, asked("Withdraw", &json!({"cents": [3]})));
    }

    /// A fingerprint is compared with those that earlier releases have kept.
    #[test]
    fn a_fingerprint_stays_what_it_was() {
        let fingerprint = asked("Withdraw", &json!({"cents": 3, "to": ["a", {"b": 1.5}]}));

        assert_eq!(fingerprint, RequestFingerprint(6_657_889_240_692_814_541));
    }

    /// `Debug` of a text escapes what it takes for not printable, and so more or less with each release of Rust.
    #[test]
    fn the_name_of_a_field_is_written_as_json() {
        let mut text = String::new();

        canonical(&json!({"soft\u{ad}hyphen \"": 1}), &mut text);

        assert_eq!(text, "{\"soft\u{ad}hyphen \\\"\":1,}");
    }
}
