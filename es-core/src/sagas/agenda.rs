//! Agenda of a node: the instances that wait for an instant soon, and the pauses after their failures.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::inbox::News;
use crate::stream::StreamKey;
use crate::timestamp::Timestamp;

/// The pauses after a failure of an instance, from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The instances that wait for an instant soon, each once, and the failures of those that cannot go on.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// The instants, the first one first.
    instants: BTreeSet<(Timestamp, StreamKey)>,
    /// The same, by the keys.
    waiting: HashMap<StreamKey, Waiting>,
    /// The number of failures in a row.
    failures: HashMap<StreamKey, u32>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    until: Timestamp,
    /// The news up to which the instance was looked at.
    news: News,
}

impl Agenda {
    /// Has an instance wait until an instant.
    pub(super) fn put(&mut self, key: StreamKey, until: Timestamp, news: News) {
        self.take(&key);
        self.instants.insert((until, key.clone()));
        self.waiting.insert(key, Waiting { until, news });
    }

    /// Has an instance that failed wait for a pause, which grows with each failure: the pause.
    ///
    /// News that it has failed with do not end the pause. They come again, with each look at the rows.
    pub(super) fn put_failed(&mut self, key: StreamKey, news: News) -> Duration {
        let failures = self.failures.entry(key.clone()).or_insert(0);
        *failures = failures.saturating_add(1);
        let pause = FIRST_PAUSE.saturating_mul(1 << (*failures).min(16)).min(LONGEST_PAUSE);
        self.put(key, Timestamp::now().saturating_add(pause), news);
        pause
    }

    /// Forgets the failures of an instance that goes on.
    pub(super) fn forget_failures(&mut self, key: &StreamKey) {
        self.failures.remove(key);
    }

    /// Forgets all about an instance.
    pub(super) fn forget(&mut self, key: &StreamKey) {
        self.take(key);
        self.forget_failures(key);
    }

    /// True if the instance waits, and was looked at with these news.
    pub(super) fn knows(&self, key: &StreamKey, news: News) -> bool {
        self.waiting.get(key).is_some_and(|waiting| waiting.news.version >= news.version)
    }

    /// True if it [knows](Self::knows) the instance, and the instant has not come.
    pub(super) fn is_waiting(&self, key: &StreamKey, news: News) -> bool {
        let is_ahead = |waiting: &Waiting| waiting.until.left().is_some();
        self.knows(key, news) && self.waiting.get(key).is_some_and(is_ahead)
    }

    /// Takes an instance off.
    pub(super) fn take(&mut self, key: &StreamKey) -> Option<News> {
        let Waiting { until, news } = self.waiting.remove(key)?;
        self.instants.remove(&(until, key.clone()));
        Some(news)
    }

    /// The first instant.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.instants.first().map(|(until, _)| *until)
    }

    /// Takes the first instance off, if its instant has come.
    pub(super) fn take_due(&mut self) -> Option<(StreamKey, News)> {
        let (until, key) = self.instants.first().cloned()?;
        if until.left().is_some() {
            return None;
        }
        let news = self.take(&key)?;
        Some((key, news))
    }
}

#[cfg(test)]
mod tests {
    use crate::stream::{Position, Version};

    use super::*;

    fn key(name: &str) -> StreamKey {
        StreamKey::new(name).unwrap()
    }

    fn news(version: u64) -> News {
        News { heard: Position(7), version: Version(version), is_at_rest: false }
    }

    fn second(nth: i64) -> Timestamp {
        Timestamp::from_unix_micros(nth * 1_000_000)
    }

    #[test]
    fn instances_are_taken_in_the_order_of_their_instants() {
        let mut agenda = Agenda::default();
        agenda.put(key("b"), second(2), news(1));
        agenda.put(key("a"), second(3), news(1));
        agenda.put(key("c"), Timestamp::now().saturating_add(LONGEST_PAUSE), news(1));

        let taken: Vec<_> = std::iter::from_fn(|| agenda.take_due()).map(|(key, _)| key).collect();

        assert_eq!(taken, [key("b"), key("a")]);
        assert!(agenda.is_waiting(&key("c"), news(1)));
    }

    #[test]
    fn an_instance_that_is_put_again_waits_once() {
        let mut agenda = Agenda::default();
        agenda.put(key("a"), second(1), news(1));

        agenda.put(key("a"), second(2), news(2));

        assert_eq!(agenda.first(), Some(second(2)));
        assert_eq!(agenda.take_due(), Some((key("a"), news(2))));
        assert_eq!(agenda.take_due(), None);
    }

    #[test]
    fn each_failure_in_a_row_has_a_longer_pause_up_to_a_minute() {
        let mut agenda = Agenda::default();

        let pauses: Vec<_> = (0..40).map(|_| agenda.put_failed(key("a"), news(1))).collect();
        agenda.forget_failures(&key("a"));

        assert_eq!(pauses[..3], [200, 400, 800].map(Duration::from_millis));
        assert_eq!(pauses[39], LONGEST_PAUSE);
        assert_eq!(agenda.put_failed(key("a"), news(1)), pauses[0]);
    }

    #[test]
    fn news_that_an_instance_has_failed_with_do_not_end_its_pause() {
        let mut agenda = Agenda::default();

        agenda.put_failed(key("a"), news(2));

        assert!(agenda.is_waiting(&key("a"), news(2)));
        assert!(!agenda.is_waiting(&key("a"), news(3)), "something else has happened");
    }
}
