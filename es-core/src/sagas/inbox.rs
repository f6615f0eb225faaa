//! Inbox of a node: the instances that something has happened to.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::stream::{Position, StreamKey, Version};

/// The instances that something has happened to, each once, in the order in which it happened.
///
/// It is bounded, and what does not fit is dropped: the rows know of it, and whoever empties the inbox looks there
/// when it was [full](Self::take_overflow).
#[derive(Debug, Default)]
pub(super) struct Inbox {
    waiting: Mutex<Waiting>,
    told: Notify,
}

/// The facts about an instance that something has happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct News {
    /// The position of the event that starts it.
    pub(super) heard: Position,
    /// The version that its stream has come to, at least.
    pub(super) version: Version,
    /// True if it needs nothing at that version, but perhaps a person. An attempt that is still under way is over.
    pub(super) is_at_rest: bool,
}

impl News {
    /// The later ones of two.
    fn or_later(self, other: Self) -> Self {
        if other.version > self.version { other } else { self }
    }
}

#[derive(Debug, Default)]
struct Waiting {
    order: VecDeque<StreamKey>,
    news: HashMap<StreamKey, News>,
    has_overflowed: bool,
}

impl Inbox {
    /// The most instances in it.
    pub(super) const MOST: usize = 10_000;

    /// Puts an instance in. False if there is no room.
    pub(super) fn put(&self, key: &StreamKey, news: News) -> bool {
        let mut waiting = self.lock();
        if let Some(known) = waiting.news.get_mut(key) {
            *known = known.or_later(news);
            return true;
        }
        if waiting.order.len() >= Self::MOST {
            waiting.has_overflowed = true;
            return false;
        }
        waiting.news.insert(key.clone(), news);
        waiting.order.push_back(key.clone());
        drop(waiting);
        self.told.notify_one();
        true
    }

    /// True if there is room for another instance.
    pub(super) fn has_room(&self) -> bool {
        self.lock().order.len() < Self::MOST
    }

    /// Takes the first one.
    pub(super) fn take(&self) -> Option<(StreamKey, News)> {
        let mut waiting = self.lock();
        let key = waiting.order.pop_front()?;
        let news = waiting.news.remove(&key)?;
        Some((key, news))
    }

    /// Takes the news of one instance, whichever place it has.
    pub(super) fn take_of(&self, key: &StreamKey) -> Option<News> {
        let mut waiting = self.lock();
        let news = waiting.news.remove(key)?;
        waiting.order.retain(|waits| waits != key);
        Some(news)
    }

    /// True if something was dropped since this was asked last, and there is room again.
    pub(super) fn take_overflow(&self) -> bool {
        let mut waiting = self.lock();
        let has_room = waiting.order.len() < Self::MOST / 2;
        has_room && std::mem::take(&mut waiting.has_overflowed)
    }

    /// Returns when something was put in.
    pub(super) async fn told(&self) {
        self.told.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics between two changes.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(nth: usize) -> StreamKey {
        StreamKey::new(nth.to_string()).unwrap()
    }

    fn news(version: u64) -> News {
        News { heard: Position(7), version: Version(version), is_at_rest: version == 3 }
    }

    #[test]
    fn an_instance_is_in_it_once_with_the_latest_news() {
        let inbox = Inbox::default();

        for version in [2, 3, 1] {
            assert!(inbox.put(&key(1), news(version)));
        }

        assert_eq!(inbox.take(), Some((key(1), news(3))));
        assert_eq!(inbox.take(), None);
    }

    #[test]
    fn the_news_of_one_instance_are_taken_out_of_turn() {
        let inbox = Inbox::default();
        for nth in [1, 2, 3] {
            inbox.put(&key(nth), news(nth as u64));
        }

        assert_eq!(inbox.take_of(&key(2)), Some(news(2)));
        assert_eq!(inbox.take_of(&key(2)), None);
        assert_eq!(
            [inbox.take(), inbox.take()],
            [1, 3].map(|nth| Some((key(nth), news(nth as u64))))
        );
        assert_eq!(inbox.take(), None);
    }

    #[test]
    fn what_does_not_fit_is_told_once_there_is_room() {
        let inbox = Inbox::default();
        for nth in 0..Inbox::MOST {
            assert!(inbox.put(&key(nth), news(1)));
        }

        assert!(!inbox.put(&key(Inbox::MOST), news(1)));

        assert!(!inbox.take_overflow(), "no room yet");
        while inbox.take().is_some() {}
        assert!(inbox.take_overflow());
        assert!(!inbox.take_overflow(), "told once");
    }
}
