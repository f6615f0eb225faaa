//! The requests that the store in memory has answered.

use std::collections::HashMap;
use std::time::Duration;

use super::store::MemoryStore;
use crate::store::append::Appended;
use crate::store::request::{AnsweredRequest, NewRequest, RequestKey, RequestMemory};
use crate::timestamp::Timestamp;

/// The time for which answers are remembered at least, unless told otherwise.
const REMEMBERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The shortest such time that can be set.
const SHORTEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The answers, in two halves: the older one is forgotten as a whole, once all of it is old enough.
#[derive(Debug)]
pub(super) struct Requests {
    remembered: Duration,
    current: HashMap<RequestKey, AnsweredRequest>,
    /// The instant since when answers come into the current half.
    current_since: Timestamp,
    before: HashMap<RequestKey, AnsweredRequest>,
    /// The instant since when all answers are remembered.
    since: Option<Timestamp>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            remembered: REMEMBERED,
            current: HashMap::new(),
            current_since: Timestamp::now(),
            before: HashMap::new(),
            since: None,
        }
    }
}

impl Requests {
    pub(super) fn find(&mut self, key: &RequestKey, now: Timestamp) -> RequestMemory {
        self.forget(now);
        RequestMemory::new(self.answered(key).cloned(), self.since)
    }

    /// The answer that is remembered.
    pub(super) fn answered(&self, key: &RequestKey) -> Option<&AnsweredRequest> {
        self.current.get(key).or_else(|| self.before.get(key))
    }

    /// Keeps the answer of an append.
    pub(super) fn keep(&mut self, request: NewRequest, appended: &Appended) {
        let NewRequest { key, fingerprint, answer } = request;
        let versions = appended.streams.iter().map(|stream| stream.version).collect();
        self.current.insert(key, AnsweredRequest::new(fingerprint, answer, versions));
    }

    /// Keeps an answer without an append, unless there is one.
    pub(super) fn answer(&mut self, request: NewRequest) -> Option<AnsweredRequest> {
        if let Some(first) = self.answered(&request.key) {
            return Some(first.clone());
        }
        self.keep(request, &Appended::new(Vec::new()));
        None
    }

    fn forget(&mut self, now: Timestamp) {
        if self.current_since.saturating_add(self.remembered) <= now {
            self.before = std::mem::take(&mut self.current);
            self.since = Some(self.current_since);
            self.current_since = now;
        }
    }
}

impl MemoryStore {
    /// Remembers the answers to [requests](crate::Repository::execute_once) for `at_least` this long, instead of
    /// seven days; less than a day counts as a day. They are forgotten by a request: where requests keep coming, by
    /// the first one after twice that time.
    #[must_use]
    pub fn with_request_memory(self, at_least: Duration) -> Self {
        self.write(|events| events.requests.remembered = at_least.max(SHORTEST));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::payload::Payload;
    use crate::store::request::{RequestFingerprint, RequestId, RequestScope};

    const DAY: i64 = 86_400_000_000;

    fn key() -> RequestKey {
        RequestKey::new(RequestScope::new("account").unwrap(), RequestId::new("r1").unwrap())
    }

    fn answered() -> Requests {
        let mut requests = Requests::default();
        let answer = Payload::parse("1").unwrap();
        requests.answer(NewRequest::new(key(), RequestFingerprint(1), answer));
        requests
    }

    fn in_days(requests: &Requests, days: i64) -> Timestamp {
        Timestamp::from_unix_micros(requests.current_since.unix_micros() + days * DAY)
    }

    #[test]
    fn an_answer_is_remembered_for_seven_days() {
        let mut requests = answered();
        let begun = requests.current_since;
        let later = in_days(&requests, 7);

        let memory = requests.find(&key(), later);

        assert!(memory.answered.is_some());
        assert_eq!(memory.since, Some(begun));
    }

    #[test]
    fn an_answer_is_remembered_for_as_long_as_the_store_is_told() {
        let month = Duration::from_secs(30 * 24 * 60 * 60);
        let store = MemoryStore::new().with_request_memory(month);

        let since = |days| {
            store.write(|events| {
                let later = in_days(&events.requests, days);
                events.requests.find(&key(), later).since
            })
        };

        assert_eq!(since(29), None);
        assert!(since(30).is_some());
    }

    #[test]
    fn an_answer_is_forgotten_when_all_of_its_half_is_old() {
        let mut requests = answered();
        let (week, two) = (in_days(&requests, 7), in_days(&requests, 14));
        requests.find(&key(), week);

        let memory = requests.find(&key(), two);

        assert_eq!(memory.answered, None);
        assert_eq!(memory.since, Some(week));
    }
}
