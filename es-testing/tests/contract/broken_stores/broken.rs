//! A store in memory with one fault built in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use es_core::{
    AnsweredRequest, Append, AppendError, AppendLock, Appended, Condition, Cursor, EventStore,
    EventTag, ExpectedVersion, Fingerprint, LogPage, MemoryStore, NewRequest, PlacedEvent,
    Position, Query, QueryItem, QueryPage, RecordedEvent, Replacement, RequestKey, RequestMemory,
    Retag, RetagStore, SelectedPage, Selection, Snapshot, SnapshotPage, StoreError, StreamAppend,
    StreamId, Tag, TaggedPosition, TransformError, TransformStore, Transformed, Version,
};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::yield_now;

use super::locking::Locking;

/// The places where a store can go wrong. Each does nothing unless it is told.
#[expect(clippy::struct_excessive_bools, reason = "each fault stands by itself")]
pub(crate) struct Broken {
    pub(crate) inner: MemoryStore,
    pub(crate) log_pages: Arc<AtomicUsize>,
    /// Refuses an append without reason.
    pub(crate) refuse: fn(&Append) -> Option<AppendError>,
    /// Changes what is stored.
    pub(crate) parts: fn(Vec<StreamAppend>) -> Vec<StreamAppend>,
    /// Stores part by part instead of all or nothing, with time to give up between them.
    pub(crate) one_by_one: bool,
    /// Rests an append on another condition.
    pub(crate) condition: fn(&mut Condition),
    /// Takes other items for those of a query or of a condition; without any it holds no condition
    /// and finds nothing.
    pub(crate) items: fn(Vec<QueryItem>) -> Vec<QueryItem>,
    /// Changes what an append answers.
    pub(crate) answer: fn(Result<Appended, AppendError>) -> Result<Appended, AppendError>,
    /// Reads another stream.
    pub(crate) stream: fn(&StreamId) -> StreamId,
    /// Reads a stream from elsewhere.
    pub(crate) versions: fn(Cursor<Version>) -> Cursor<Version>,
    /// Reads the log from elsewhere.
    pub(crate) positions: fn(Cursor<Position>) -> Cursor<Position>,
    /// Reads more or less.
    pub(crate) limit: fn(u32) -> u32,
    /// Changes what a stream answers.
    pub(crate) events: fn(&mut Vec<RecordedEvent>),
    /// Changes what a fold of a stream is given.
    pub(crate) folded: fn(&mut Vec<PlacedEvent>),
    /// Changes what the log answers; told how often it has been asked.
    pub(crate) log: fn(&mut LogPage, usize),
    /// Looks for events from elsewhere.
    pub(crate) after: fn(Position) -> Position,
    /// Changes what a query finds.
    pub(crate) found: fn(&mut QueryPage),
    /// Looks for another part of the log.
    pub(crate) selection: fn(Selection) -> Selection,
    /// Changes what is found of a part of the log.
    pub(crate) selected: fn(&mut SelectedPage),
    /// Never says that the log has grown.
    pub(crate) is_deaf: bool,
    /// Changes the snapshot that is kept.
    pub(crate) snapshot: fn(Snapshot) -> Snapshot,
    /// Keeps more or less snapshots.
    pub(crate) keep: fn(u32) -> u32,
    /// Looks for snapshots up to another version.
    pub(crate) at_most: fn(Version) -> Version,
    /// Changes what is answered with a snapshot.
    pub(crate) snapshot_page: fn(&mut SnapshotPage),
    /// Writes another replacement for a stream.
    pub(crate) replacement: fn(&mut Replacement),
    /// How a copy comes into the place of a stream.
    pub(crate) replacing: Replacing,
    /// Changes which tag is said to be missing.
    pub(crate) missing: fn(Option<EventTag>) -> Option<EventTag>,
    /// Goes on with tags from elsewhere.
    pub(crate) retag_from: fn(Position) -> Position,
    /// Changes which tags are written to stored events.
    pub(crate) tagged: fn(&mut Vec<TaggedPosition>),
    /// Changes the request that comes with an append, and the answer that is kept without one.
    pub(crate) request: fn(NewRequest) -> Option<NewRequest>,
    /// Looks for another request, and keeps another.
    pub(crate) key: fn(RequestKey) -> RequestKey,
    /// Changes the answer that is found.
    pub(crate) first: fn(Option<AnsweredRequest>) -> Option<AnsweredRequest>,
    /// Keeps the answer of an append that is refused.
    pub(crate) answers_refused: bool,
    /// Keeps an answer whatever there is.
    pub(crate) answer_anew: bool,
    /// Lock of the whole store, which a caller holds until the call is over.
    pub(crate) alone: Option<Arc<Mutex<()>>>,
    /// Whom its locks keep out, and for how long.
    pub(crate) locking: Locking,
    /// Each clone has a store of its own.
    pub(crate) forks: bool,
}

/// How a copy comes into the place of a stream.
#[derive(Clone, Copy)]
pub(crate) enum Replacing {
    /// As it should.
    AtOnce,
    /// Also if the stream has moved on since it was read.
    WhateverIsThere,
    /// The old events can be found as before: the copies are appended after them.
    Beside,
    /// Without the last copy first, with time to give up before that follows.
    InTwoSteps,
}

impl Broken {
    /// Without a fault yet.
    pub(crate) fn store() -> Self {
        Self {
            inner: MemoryStore::new(),
            log_pages: Arc::default(),
            refuse: |_| None,
            parts: |parts| parts,
            one_by_one: false,
            condition: |_| {},
            items: |items| items,
            answer: |answer| answer,
            stream: StreamId::clone,
            versions: |cursor| cursor,
            positions: |cursor| cursor,
            limit: |limit| limit,
            events: |_| {},
            folded: |_| {},
            log: |_, _| {},
            after: |position| position,
            found: |_| {},
            selection: |selection| selection,
            selected: |_| {},
            is_deaf: false,
            snapshot: |snapshot| snapshot,
            keep: |keep| keep,
            at_most: |version| version,
            snapshot_page: |_| {},
            replacement: |_| {},
            replacing: Replacing::AtOnce,
            missing: |missing| missing,
            retag_from: |position| position,
            tagged: |_| {},
            request: Some,
            key: |key| key,
            first: |first| first,
            answers_refused: false,
            answer_anew: false,
            alone: None,
            locking: Locking::Sound,
            forks: false,
        }
    }

    /// The condition is asked with the last part, when the others are stored.
    async fn store_one_by_one(
        &self,
        parts: Vec<StreamAppend>,
        condition: Option<Condition>,
    ) -> Result<Appended, AppendError> {
        let last = parts.len() - 1;
        let mut streams = Vec::new();
        for (nth, part) in parts.into_iter().enumerate() {
            let append = Append::new(vec![part]).expect("one part");
            let append = on(append, condition.clone().filter(|_| nth == last));
            streams.extend(self.inner.append(append).await?.streams);
            for _ in 0..100 {
                yield_now().await;
            }
        }
        Ok(Appended::new(streams))
    }

    /// The right to the store, where it is one's alone; that may be kept for a while.
    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        let turn = Arc::clone(self.alone.as_ref()?).lock_owned().await;
        yield_now().await;
        Some(turn)
    }

    fn query(&self, query: &Query) -> Option<Query> {
        Query::new((self.items)(query.items().to_vec())).ok()
    }

    fn condition(&self, append: &Append) -> Option<Condition> {
        let mut condition = append.condition()?.clone();
        condition.query = self.query(&condition.query)?;
        (self.condition)(&mut condition);
        Some(condition)
    }
}

fn on(append: Append, condition: Option<Condition>) -> Append {
    match condition {
        Some(condition) => append.with_condition(condition),
        None => append,
    }
}

impl Clone for Broken {
    fn clone(&self) -> Self {
        let inner = if self.forks { MemoryStore::new() } else { self.inner.clone() };
        let log_pages = self.log_pages.clone();
        let alone = self.alone.clone();
        Self { inner, log_pages, alone, ..*self }
    }
}

impl EventStore for Broken {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let _turn = self.turn().await;
        if let Some(error) = (self.refuse)(&append) {
            return Err(error);
        }
        let condition = self.condition(&append);
        let request = append.request().cloned().and_then(self.request);
        let refused = request.clone().filter(|_| self.answers_refused);
        let parts = (self.parts)(append.into_parts());
        let answer = if self.one_by_one {
            self.store_one_by_one(parts, condition).await
        } else if parts.is_empty() {
            Ok(Appended::new(Vec::new()))
        } else {
            let append = Append::new(parts).expect("parts that differ");
            let append = on(append, condition);
            let append = match request {
                Some(request) => append.with_request(request),
                None => append,
            };
            self.inner.append(append).await
        };
        if let Some(request) = refused.filter(|_| answer.is_err()) {
            self.inner.answer_request(request).await?;
        }
        (self.answer)(answer)
    }

    async fn lock(&self, draft: &Append, wait: Duration) -> Result<Option<AppendLock>, StoreError> {
        self.locking.lock(&self.inner, draft, wait).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let _turn = self.turn().await;
        let stream = (self.stream)(stream);
        let (cursor, limit) = ((self.versions)(cursor), (self.limit)(limit));
        let mut events = self.inner.stream_page(&stream, cursor, limit).await?;
        (self.events)(&mut events);
        Ok(events)
    }

    async fn fold_page(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<PlacedEvent>, StoreError> {
        let _turn = self.turn().await;
        let mut events = self.inner.fold_page(stream, after, (self.limit)(limit)).await?;
        (self.folded)(&mut events);
        Ok(events)
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        let (cursor, limit) = ((self.positions)(cursor), (self.limit)(limit));
        let mut page = self.inner.log_page(cursor, limit).await?;
        let asked = self.log_pages.fetch_add(1, Ordering::Relaxed);
        (self.log)(&mut page, asked);
        Ok(page)
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        let (after, limit) = ((self.after)(after), (self.limit)(limit));
        let Some(query) = self.query(query) else {
            return Ok(QueryPage::new(Vec::new(), after));
        };
        let mut page = self.inner.query_page(&query, after, limit).await?;
        (self.found)(&mut page);
        Ok(page)
    }

    async fn missing_tag(&self, tags: &[EventTag]) -> Result<Option<EventTag>, StoreError> {
        Ok((self.missing)(self.inner.missing_tag(tags).await?))
    }

    async fn find_request(&self, request: &RequestKey) -> Result<RequestMemory, StoreError> {
        let mut memory = self.inner.find_request(&(self.key)(request.clone())).await?;
        memory.answered = (self.first)(memory.answered);
        Ok(memory)
    }

    async fn answer_request(
        &self,
        mut request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        request.key = (self.key)(request.key);
        let request = (self.request)(request.clone()).unwrap_or(request);
        let first = self.inner.answer_request(request).await?;
        Ok(first.filter(|_| !self.answer_anew))
    }

    async fn select_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        let selection = (self.selection)(selection.clone());
        let (after, limit) = ((self.after)(after), (self.limit)(limit));
        let mut page = self.inner.select_page(&selection, after, limit).await?;
        (self.selected)(&mut page);
        Ok(page)
    }

    async fn log_grown(&self, safe: Position) {
        if self.is_deaf {
            std::future::pending::<()>().await;
        }
        self.inner.log_grown(safe).await;
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        let stream = (self.stream)(stream);
        let (at_most, limit) = ((self.at_most)(at_most), (self.limit)(limit));
        let mut page = self.inner.snapshot_page(&stream, shape, at_most, limit).await?;
        (self.snapshot_page)(&mut page);
        Ok(page)
    }

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.inner.save_snapshot(stream, (self.snapshot)(snapshot), (self.keep)(keep)).await
    }
}

impl TransformStore for Broken {
    async fn stream_tags(&self, stream: &StreamId) -> Result<Vec<(Position, Tag)>, StoreError> {
        self.inner.stream_tags(stream).await
    }

    async fn replace(&self, mut replacement: Replacement) -> Result<Transformed, TransformError> {
        (self.replacement)(&mut replacement);
        match self.replacing {
            Replacing::AtOnce => self.inner.replace(replacement).await,
            Replacing::WhateverIsThere => {
                let end = self.inner.stream_page(&replacement.stream, Cursor::END, 1).await?;
                replacement.last = end[0].version;
                self.inner.replace(replacement).await
            }
            Replacing::Beside => {
                let copies = replacement.copies.into_iter().map(|copy| copy.event).collect();
                let beside = Append::to(replacement.stream.clone(), ExpectedVersion::Any, copies);
                let beside = self.inner.append(beside.expect("copies")).await.expect("any version");
                Ok(Transformed::new(replacement.stream, beside.streams[0].clone()))
            }
            Replacing::InTwoSteps => {
                let last = replacement.copies.pop().expect("a copy").event;
                let stream = replacement.stream.clone();
                let done = self.inner.replace(replacement).await?;
                for _ in 0..100 {
                    yield_now().await;
                }
                let last = Append::to(stream, ExpectedVersion::Any, vec![last]);
                self.inner.append(last.expect("a copy")).await.expect("any version");
                Ok(done)
            }
        }
    }
}

impl RetagStore for Broken {
    async fn begin_retag(&self, retag: &Retag) -> Result<Position, StoreError> {
        Ok((self.retag_from)(self.inner.begin_retag(retag).await?))
    }

    async fn write_tags(
        &self,
        retag: &Retag,
        events: &[TaggedPosition],
        through: Position,
    ) -> Result<(), StoreError> {
        let mut events = events.to_vec();
        (self.tagged)(&mut events);
        self.inner.write_tags(retag, &events, through).await
    }

    async fn end_retag(&self, retag: &Retag) -> Result<(), StoreError> {
        self.inner.end_retag(retag).await
    }
}
