//! Locks of appends in memory: who has one, and who waits for it.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::events::Events;
use super::store::MemoryStore;
use crate::event::recorded::RecordedEvent;
use crate::store::append::{Append, Appended};
use crate::store::append_error::AppendError;
use crate::store::append_lock::{AppendLock, Locked, LockedStore};
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::page::QueryPage;
use crate::store::query::Query;
use crate::store::snapshot::{Fingerprint, SnapshotPage};
use crate::stream::{Position, StreamId, Version};

/// The time after which an unused lock ends.
const UNUSED: Duration = Duration::from_secs(2);

/// A lock that somebody has.
#[derive(Debug)]
pub(super) struct Held {
    number: u64,
    streams: Vec<StreamId>,
    /// Events that nobody else may write.
    query: Option<Query>,
    /// The instant at which it ends if it is not used until then.
    until: Instant,
}

impl Held {
    /// True if an append has to wait for it.
    fn is_in_the_way_of(&self, append: &Append) -> bool {
        let writes = |query: &Query| {
            let mut events = append.parts().iter().flat_map(|part| &part.events);
            events.any(|event| query.matches(&event.event.name, &event.tags))
        };
        append.parts().iter().any(|part| self.streams.contains(&part.stream))
            || self.query.as_ref().is_some_and(writes)
    }
}

impl Events {
    /// The latest instant until which the append has to wait, if somebody has what it touches.
    pub(super) fn locked_until(&mut self, append: &Append) -> Option<Instant> {
        if self.locks.is_empty() {
            return None;
        }
        let now = Instant::now();
        self.locks.retain(|held| held.until > now);
        let in_the_way = self.locks.iter().filter(|held| held.is_in_the_way_of(append));
        in_the_way.map(|held| held.until).max()
    }

    fn hold(&mut self, draft: &Append) -> Result<u64, Instant> {
        // Two locks for one condition hold what each of them would write from the other.
        let rests = |held: &Held| match (draft.condition(), &held.query) {
            (Some(condition), Some(query)) => {
                let both = |item| query.items().contains(item);
                condition.query.items().iter().any(both)
            }
            _ => false,
        };
        if let Some(until) = self.locked_until(draft) {
            return Err(until);
        }
        if let Some(held) = self.locks.iter().find(|held| rests(held)) {
            return Err(held.until);
        }
        self.last_lock += 1;
        self.locks.push(Held {
            number: self.last_lock,
            streams: draft.parts().iter().map(|part| part.stream.clone()).collect(),
            query: draft.condition().map(|condition| condition.query.clone()),
            until: Instant::now() + UNUSED,
        });
        Ok(self.last_lock)
    }
}

impl MemoryStore {
    /// Runs `change` until no lock is in its way; while one is, `change` gives the request back,
    /// with the latest instant to wait until.
    pub(super) async fn when_unlocked<R, T>(
        &self,
        request: R,
        change: impl Fn(&mut Events, R) -> Result<T, (R, Instant)>,
    ) -> T {
        let mut request = match self.write(|events| change(events, request)) {
            Ok(done) => return done,
            Err((request, _)) => request,
        };
        loop {
            let mut ended = self.unlocked.subscribe();
            match self.write(|events| change(events, request)) {
                Ok(done) => return done,
                Err((again, until)) => {
                    request = again;
                    // Too late is an answer as well.
                    let _ = timeout_at(until, ended.changed()).await;
                }
            }
        }
    }

    pub(super) async fn lock_for(
        &self,
        draft: &Append,
        wait: Duration,
    ) -> Result<AppendLock, StoreError> {
        let waiting = self.when_unlocked(draft, |events, draft| {
            events.hold(draft).map_err(|until| (draft, until))
        });
        let number = timeout_at(Instant::now() + wait, waiting).await.map_err(|_| {
            StoreError::new(
                StoreErrorKind::Contention,
                "others hold the streams of the append, and did for all the time given",
            )
        })?;
        Ok(AppendLock::new(MemoryLock { store: self.clone(), number }))
    }
}

struct MemoryLock {
    store: MemoryStore,
    number: u64,
}

impl MemoryLock {
    /// Fails if the lock is over.
    fn touch(&self) -> Result<(), StoreError> {
        self.store.write(|events| {
            let now = Instant::now();
            let held = events.locks.iter_mut().find(|held| held.number == self.number);
            match held.filter(|held| held.until > now) {
                Some(held) => {
                    held.until = now + UNUSED;
                    Ok(())
                }
                None => Err(is_over()),
            }
        })
    }
}

impl LockedStore for MemoryLock {
    fn append(&self, append: Append) -> Locked<'_, Result<Appended, AppendError>> {
        Box::pin(async move {
            self.touch()?;
            let appended = self.store.write(|events| {
                events.locks.retain(|held| held.number != self.number);
                match events.locked_until(&append) {
                    None => events.append(append),
                    // It touches more than its draft did, and others hold that.
                    Some(_) => Err(is_over().into()),
                }
            });
            self.store.unlocked.send_replace(());
            appended
        })
    }

    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Locked<'a, Result<Vec<RecordedEvent>, StoreError>> {
        Box::pin(async move {
            self.touch()?;
            self.store.stream_page(stream, cursor, limit).await
        })
    }

    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Locked<'a, Result<QueryPage, StoreError>> {
        Box::pin(async move {
            self.touch()?;
            self.store.query_page(query, after, limit).await
        })
    }

    fn snapshot_page<'a>(
        &'a self,
        stream: &'a StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Locked<'a, Result<SnapshotPage, StoreError>> {
        Box::pin(async move {
            self.touch()?;
            self.store.snapshot_page(stream, shape, at_most, limit).await
        })
    }
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.store.write(|events| events.locks.retain(|held| held.number != self.number));
        self.store.unlocked.send_replace(());
    }
}

fn is_over() -> StoreError {
    StoreError::new(
        StoreErrorKind::Contention,
        "the lock of the append is over: it was used, was not used for two seconds, or the append \
         touches what others hold; take another",
    )
}
