//! Requests that clients may send again, and the answers that a store keeps for them.

use uuid::Uuid;

use crate::domain::aggregate::Aggregate;
use crate::event::payload::Payload;
use crate::stream::{Category, Version};
use crate::timestamp::Timestamp;
use crate::validated_text::{Rule, Text, text_value};

text_value! {
    /// The id that a client gives to a request, the same each time that it sends it: the
    /// `Idempotency-Key` of HTTP.
    ///
    /// 1 to 256 bytes of UTF-8 without control characters, compared byte by byte. Unique among all requests
    /// of one [scope](RequestScope). A service of several clients puts the name of the client in front, or
    /// one would be answered with what was told to another:
    ///
    /// ```
    /// use es_core::RequestId;
    ///
    /// let header = "0199e9e4-2f10-7b6c-8d11-3c5a7d1f20ab";
    /// let id = RequestId::new(format!("customer-7:{header}"))?;
    /// assert_eq!(id.sent_at().unwrap().to_string(), "2025-10-15T22:01:09.648Z");
    /// # Ok::<(), es_core::InvalidText>(())
    /// ```
    RequestId, "request id", Rule::Line { max: 256 }
}

text_value! {
    static
    /// The part of a service within which request ids are unique.
    ///
    /// 1 to 64 bytes of UTF-8 without control characters. A repository takes the name of its aggregate, so
    /// one request may execute a command on each of several aggregates.
    RequestScope, "request scope", Rule::Line { max: 64 }
}

impl RequestScope {
    /// The scope of the commands of `A`: its name.
    #[must_use]
    pub fn of<A: Aggregate>() -> Self {
        // A name of at most 64 bytes, which it checks.
        let _ = Category::of::<A>();
        Self(Text::Static(A::NAME))
    }

    /// The scope of decisions across streams. No aggregate is called so.
    pub(crate) fn decisions() -> Self {
        Self(Text::Static("~decisions"))
    }
}

/// The length of a UUID as text.
const UUID: usize = 36;

impl RequestId {
    /// The instant in the id, if it ends with a UUID of version 7, hyphenated: by the client's clock, when it
    /// made the id.
    #[must_use]
    pub fn sent_at(&self) -> Option<Timestamp> {
        let text = self.as_str();
        let begin = text.len().checked_sub(UUID)?;
        let uuid = Uuid::try_parse(text.get(begin..)?).ok()?;
        let (seconds, nanos) = uuid.get_timestamp().filter(|_| is_version_7(uuid))?.to_unix();
        let micros = i64::try_from(seconds).ok()?.checked_mul(1_000_000)?;
        Some(Timestamp::from_unix_micros(micros.checked_add(i64::from(nanos / 1000))?))
    }
}

fn is_version_7(uuid: Uuid) -> bool {
    uuid.get_version_num() == 7
}

/// The key under which a store keeps the answer to a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct RequestKey {
    /// The scope of the id.
    pub scope: RequestScope,
    /// The id that the client gave.
    pub id: RequestId,
}

impl RequestKey {
    /// The key of the request `id` within `scope`.
    #[must_use]
    pub fn new(scope: RequestScope, id: RequestId) -> Self {
        Self { scope, id }
    }
}

/// A hash of what a request asks for: the same id with another one is another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestFingerprint(pub u64);

/// A request with its answer, on its way into a store.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NewRequest {
    /// The key.
    pub key: RequestKey,
    /// The fingerprint of what it asks for. A store keeps it and compares nothing.
    pub fingerprint: RequestFingerprint,
    /// The answer.
    pub answer: Payload,
}

impl NewRequest {
    /// The request `key`, which asks for what has this `fingerprint` and is answered with `answer`.
    #[must_use]
    pub fn new(key: RequestKey, fingerprint: RequestFingerprint, answer: Payload) -> Self {
        Self { key, fingerprint, answer }
    }
}

/// The answer to a request, as a store has kept it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AnsweredRequest {
    /// The fingerprint of what was asked for.
    pub fingerprint: RequestFingerprint,
    /// The answer.
    pub answer: Payload,
    /// The version of each stream of the append after it, in the order of its parts; empty of an answer without
    /// an append.
    pub versions: Vec<Version>,
}

impl AnsweredRequest {
    /// An answer as it was kept: for the authors of stores.
    #[must_use]
    pub fn new(fingerprint: RequestFingerprint, answer: Payload, versions: Vec<Version>) -> Self {
        Self { fingerprint, answer, versions }
    }
}

/// The memory of a store for one request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RequestMemory {
    /// The answer; none if there was none, or it is forgotten.
    pub answered: Option<AnsweredRequest>,
    /// The instant since when all answers are remembered; none if the store has forgotten nothing yet.
    pub since: Option<Timestamp>,
}

impl RequestMemory {
    /// The memory for one request: for the authors of stores.
    #[must_use]
    pub fn new(answered: Option<AnsweredRequest>, since: Option<Timestamp>) -> Self {
        Self { answered, since }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> RequestId {
        RequestId::new(text).unwrap()
    }

    #[test]
    fn a_request_id_is_neither_empty_nor_too_long() {
        assert!(RequestId::new("").is_err());
        assert!(RequestId::new("x".repeat(256)).is_ok());
        let error = RequestId::new("x".repeat(257)).unwrap_err().to_string();
        assert!(error.contains("257 bytes") && error.contains("1 to 256"), "{error}");
    }

    #[test]
    fn a_uuid_of_version_7_tells_when_it_was_made() {
        let made = Timestamp::now();

        let sent = id(&Uuid::now_v7().to_string()).sent_at().unwrap();

        assert!((sent.unix_micros() - made.unix_micros()).abs() < 10_000_000, "{sent} {made}");
    }

    #[test]
    fn another_id_tells_nothing() {
        for other in ["7", "6c1f0c5e-8a4b-4f0e-9d53-0b7a2f4e91d7", &"ä".repeat(30)] {
            assert_eq!(id(other).sent_at(), None, "{other}");
        }
    }
}
