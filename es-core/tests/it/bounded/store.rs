//! A store that answers in one way only, once it is told so.

use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    Append, AppendError, Appended, EventTag, LogPage, Position, Query, QueryPage, RecordedEvent,
    StoreError, StoreErrorKind,
};

/// The answers of the store to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    Rightly,
    /// It is not answered.
    Never,
    /// It fails at once, in a way that a moment may cure.
    Failing,
    /// Fails after half a minute, like a pool that has no connection for the call.
    Late,
}

impl Answers {
    pub(crate) const WRONG: [Self; 3] = [Self::Never, Self::Failing, Self::Late];
}

#[derive(Clone)]
pub(crate) struct Odd {
    pub(crate) inner: MemoryStore,
    answers: Arc<Mutex<(Answers, Answers)>>,
    calls: Arc<AtomicUsize>,
}

impl Odd {
    pub(crate) fn new() -> Self {
        let answers = Arc::new(Mutex::new((Answers::Rightly, Answers::Rightly)));
        Self { inner: MemoryStore::new(), answers, calls: Arc::default() }
    }

    /// From now on.
    pub(crate) fn answer(&self, reads: Answers, appends: Answers) {
        *self.answers.lock().unwrap() = (reads, appends);
        self.calls.store(0, Ordering::Relaxed);
    }

    /// The number of calls that were answered wrongly, or not at all.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    async fn pass(&self, answers: Answers) -> Result<(), StoreError> {
        if answers == Answers::Rightly {
            return Ok(());
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        match answers {
            Answers::Never => pending().await,
            Answers::Late => tokio::time::sleep(Duration::from_secs(30)).await,
            Answers::Failing | Answers::Rightly => {}
        }
        Err(StoreError::new(StoreErrorKind::Unavailable, "no connection"))
    }

    async fn read(&self) -> Result<(), StoreError> {
        let (reads, _) = *self.answers.lock().unwrap();
        self.pass(reads).await
    }
}

impl EventStore for Odd {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (_, appends) = *self.answers.lock().unwrap();
        self.pass(appends).await?;
        self.inner.append(append).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.read().await?;
        self.inner.stream_page(stream, cursor, limit).await
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.read().await?;
        self.inner.log_page(cursor, limit).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.read().await?;
        self.inner.query_page(query, after, limit).await
    }

    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        self.read().await?;
        self.inner.missing_tag(tags).await
    }
}
