//! A store that counts, fails when told, and waits where told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use es_core::{
    AnsweredRequest, Append, AppendError, Appended, Conflict, Cursor, EventId, EventStore, LogPage,
    MemoryStore, NewRequest, Position, Query, QueryPage, RecordedEvent, RequestKey, RequestMemory,
    StoreError, StoreErrorKind, StreamId, Timestamp, Version,
};
use tokio::sync::{Semaphore, watch};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not reach the store.
    CallLost,
    /// It does what it should, and its answer is lost.
    ReplyLost,
    /// The store refuses it.
    Refused(StoreErrorKind),
    /// Others are faster.
    Outrun,
}

#[derive(Clone, Copy, Debug, Default)]
enum Memory {
    #[default]
    Sound,
    Since(Timestamp),
    None,
}

#[derive(Clone, Debug)]
pub(crate) struct Gated {
    pub(crate) inner: MemoryStore,
    /// Appends pass here before they reach the store.
    pub(crate) appends: Arc<Gate>,
    /// Reads of a stream pass here before they reach the store.
    pub(crate) reads: Arc<Gate>,
    /// Looks for the answer to a request pass here.
    pub(crate) requests: Arc<Gate>,
    /// Answers to requests without events pass here.
    pub(crate) answers: Arc<Gate>,
    /// What it says of its memory for requests, if not what is so.
    memory: Arc<Mutex<Memory>>,
    /// The event ids of each append, in the order in which they came in.
    seen: Arc<Mutex<Vec<Vec<EventId>>>>,
    /// Where each read of a stream began.
    cursors: Arc<Mutex<Vec<Cursor<Version>>>>,
}

impl Gated {
    pub(crate) fn new(inner: MemoryStore) -> Self {
        Self {
            inner,
            appends: Arc::default(),
            reads: Arc::default(),
            requests: Arc::default(),
            answers: Arc::default(),
            memory: Arc::default(),
            seen: Arc::default(),
            cursors: Arc::default(),
        }
    }

    /// The event ids of each append that was sent.
    pub(crate) fn sent(&self) -> Vec<Vec<EventId>> {
        self.seen.lock().unwrap().clone()
    }

    /// Where each read of a stream began.
    pub(crate) fn read(&self) -> Vec<Cursor<Version>> {
        self.cursors.lock().unwrap().clone()
    }

    /// Says that it remembers requests since then.
    pub(crate) fn remember_since(&self, since: Timestamp) {
        *self.memory.lock().unwrap() = Memory::Since(since);
    }

    /// Says that it remembers no requests.
    pub(crate) fn forget_requests(&self) {
        *self.memory.lock().unwrap() = Memory::None;
    }

    /// Counts from here.
    pub(crate) fn forget(&self) {
        self.seen.lock().unwrap().clear();
        self.cursors.lock().unwrap().clear();
    }
}

/// Where calls pass one by one.
#[derive(Debug)]
pub(crate) struct Gate {
    places: Semaphore,
    faults: Mutex<VecDeque<Fault>>,
    passed: Mutex<usize>,
    waiting: watch::Sender<usize>,
}

const OPEN: usize = 1_000_000;

impl Default for Gate {
    fn default() -> Self {
        Self {
            places: Semaphore::new(OPEN),
            faults: Mutex::default(),
            passed: Mutex::default(),
            waiting: watch::Sender::new(0),
        }
    }
}

impl Gate {
    /// The next calls fail like this; those after them do not.
    pub(crate) fn fail<const N: usize>(&self, faults: [Fault; N]) {
        self.faults.lock().unwrap().extend(faults);
    }

    /// No call fails any more.
    pub(crate) fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// From now on calls wait.
    pub(crate) fn close(&self) {
        self.places.forget_permits(OPEN);
    }

    /// Calls go on as before it was closed.
    pub(crate) fn open(&self) {
        self.places.add_permits(OPEN);
    }

    /// Lets one call pass.
    pub(crate) fn let_one_pass(&self) {
        self.places.add_permits(1);
    }

    /// How many calls have come this far.
    pub(crate) fn passed(&self) -> usize {
        *self.passed.lock().unwrap()
    }

    /// Returns once so many calls wait here.
    pub(crate) async fn until_waiting(&self, calls: usize) {
        self.waiting.subscribe().wait_for(|waiting| *waiting == calls).await.unwrap();
    }

    async fn pass(&self) -> Option<Fault> {
        struct Waiting<'a>(&'a Gate);
        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.0.waiting.send_modify(|waiting| *waiting -= 1);
            }
        }

        if let Ok(place) = self.places.try_acquire() {
            place.forget();
        } else {
            self.waiting.send_modify(|waiting| *waiting += 1);
            let _waiting = Waiting(self);
            self.places.acquire().await.unwrap().forget();
        }
        *self.passed.lock().unwrap() += 1;
        self.faults.lock().unwrap().pop_front()
    }
}

fn failed(fault: Fault) -> StoreError {
    let kind = match fault {
        Fault::CallLost | Fault::ReplyLost | Fault::Outrun => StoreErrorKind::Unavailable,
        Fault::Refused(kind) => kind,
    };
    StoreError::new(kind, format!("{fault:?}"))
}

impl EventStore for Gated {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let events = append.parts().iter().flat_map(|part| &part.events);
        self.seen.lock().unwrap().push(events.map(|event| event.id).collect());
        match self.appends.pass().await {
            None => self.inner.append(append).await,
            Some(Fault::ReplyLost) => {
                self.inner.append(append).await?;
                Err(failed(Fault::ReplyLost).into())
            }
            Some(Fault::Outrun) => {
                let part = &append.parts()[0];
                Err(Conflict::new(part.stream.clone(), part.expected, Version(99)).into())
            }
            Some(fault) => Err(failed(fault).into()),
        }
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.cursors.lock().unwrap().push(cursor);
        match self.reads.pass().await {
            None => self.inner.stream_page(stream, cursor, limit).await,
            Some(fault) => Err(failed(fault)),
        }
    }

    async fn find_request(&self, request: &RequestKey) -> Result<RequestMemory, StoreError> {
        if let Some(fault) = self.requests.pass().await {
            return Err(failed(fault));
        }
        let memory = *self.memory.lock().unwrap();
        let found = self.inner.find_request(request).await?;
        match memory {
            Memory::Sound => Ok(found),
            Memory::Since(since) => Ok(RequestMemory::new(found.answered, Some(since))),
            Memory::None => Err(failed(Fault::Refused(StoreErrorKind::Unsupported))),
        }
    }

    async fn answer_request(
        &self,
        request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        match self.answers.pass().await {
            None => self.inner.answer_request(request).await,
            Some(Fault::ReplyLost) => {
                self.inner.answer_request(request).await?;
                Err(failed(Fault::ReplyLost))
            }
            Some(fault) => Err(failed(fault)),
        }
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.inner.log_page(cursor, limit).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.inner.query_page(query, after, limit).await
    }
}
