//! Stores whose locks keep out too few or too many, or too long.

use std::time::Duration;

use es_core::{
    Append, AppendError, AppendLock, Appended, Condition, Cursor, EventName, EventStore, Locked,
    LockedStore, MemoryStore, Position, Query, QueryItem, QueryPage, RecordedEvent, StoreError,
    StreamId, Version,
};
use es_testing::contract::lock;

use super::broken::Broken;
use super::check;
use super::writing::finds;

/// Faults of a lock.
#[derive(Clone, Copy)]
pub(crate) enum Locking {
    /// Sound, as the trait promises.
    Sound,
    /// Nothing.
    OfNobody,
    /// It keeps out who appends to its streams, and not who breaks its condition.
    OfStreamsOnly,
    /// It keeps everybody out of everything.
    OfAll,
    /// It goes on when it was dropped or forgotten.
    ForEver,
}

impl Locking {
    pub(crate) async fn lock(
        self,
        store: &MemoryStore,
        draft: &Append,
        wait: Duration,
    ) -> Result<Option<AppendLock>, StoreError> {
        let mut draft = draft.clone();
        match self {
            Self::Sound | Self::ForEver => {}
            Self::OfNobody => return Ok(Some(AppendLock::new(Unlocked(store.clone())))),
            Self::OfStreamsOnly => draft = Append::new(draft.into_parts()).expect("a draft"),
            Self::OfAll => {
                let every = EventName::new("counted").expect("a name");
                let every = QueryItem::new(vec![every], vec![]).expect("a type");
                let query = Query::new(vec![every]).expect("an item");
                draft = draft.with_condition(Condition::new(query, Position::START));
            }
        }
        let lock = store.lock(&draft, wait).await?;
        if let (Self::ForEver | Self::OfAll, Some(lock)) = (self, &lock) {
            use_for_ever(lock.clone(), draft.parts()[0].stream.clone());
        }
        Ok(lock)
    }
}

/// Uses a lock for as long as the test lasts.
fn use_for_ever(lock: AppendLock, stream: StreamId) {
    tokio::spawn(async move {
        while lock.stream_page(&stream, Cursor::START, 1).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
}

/// A store that calls itself locked.
struct Unlocked(MemoryStore);

impl LockedStore for Unlocked {
    fn append(&self, append: Append) -> Locked<'_, Result<Appended, AppendError>> {
        Box::pin(self.0.append(append))
    }

    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Locked<'a, Result<Vec<RecordedEvent>, StoreError>> {
        Box::pin(self.0.stream_page(stream, cursor, limit))
    }

    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Locked<'a, Result<QueryPage, StoreError>> {
        Box::pin(self.0.query_page(query, after, limit))
    }
}

finds! {
    a_lock_of_nobody: lock::an_append_under_the_lock_of_its_stream_finds_no_conflict,
    "nobody else appends to the stream of a lock", {
        locking: Locking::OfNobody
    }
    a_lock_without_its_condition: lock::an_append_under_the_lock_of_its_condition_finds_it_unbroken,
    "nobody else writes what the condition of a lock rests on", {
        locking: Locking::OfStreamsOnly
    }
    a_lock_of_all: lock::a_lock_keeps_nobody_out_of_other_streams,
    "another stream is not locked", check_at_once {
        locking: Locking::OfAll
    }
    a_lock_that_outlives_its_owner: lock::a_lock_that_is_dropped_is_over,
    "a lock that was dropped is over", check_at_once {
        locking: Locking::ForEver
    }
    a_lock_that_has_no_end: lock::a_lock_that_is_kept_comes_to_its_end,
    "a lock that is kept comes to its end", check_at_once {
        locking: Locking::ForEver
    }
}
