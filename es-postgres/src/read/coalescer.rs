//! Batching of stream loads: while some read, the others wait, and go out together as one
//! statement.
//!
//! ```text
//! load 1   |-- reads ------|
//! load 2     |-- reads ------|
//! load 3       . waits .   |-- reads --|
//! load 4         . waits . |           |      one statement for all three
//! load 5           . waits |           |
//! ```
//!
//! There is no timer: a load that finds a place free goes out at once. Its place is free again when
//! it has read, whether or not its caller polls.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use es_core::{PlacedEvent, RecordedEvent, StoreError, StreamId, Version};
use sqlx::Row;
use tokio::sync::{Semaphore, oneshot};

use crate::append::arrays::bigint;
use crate::error::{from_sqlx, unexpected};
use crate::read::reader::Reader;
use crate::read::stream_row::StreamRow;
use crate::row::Names;

/// The number of reads in flight before others wait for them.
const AT_ONCE: usize = 2;

/// The maximum number of streams in a shared read.
const STREAMS: usize = 64;

/// The maximum number of events of a stream in a shared read; the rest of a longer stream is read
/// alone, so that other loads do not wait for its length.
const EVENTS: u32 = 64;

/// The loads that are under way and those that wait.
pub(crate) struct Loads {
    places: Arc<Semaphore>,
    /// The loads of whole records.
    pub(crate) records: Mutex<Waiting<RecordedEvent>>,
    /// The loads of the part that folds need.
    pub(crate) events: Mutex<Waiting<PlacedEvent>>,
}

pub(crate) struct Waiting<R> {
    loads: VecDeque<Load<R>>,
    /// True if a task is about to take them.
    called: bool,
}

/// A load that waits for its answer.
struct Load<R> {
    stream: StreamId,
    after: Version,
    answer: oneshot::Sender<Result<Vec<R>, StoreError>>,
}

impl<R> Default for Waiting<R> {
    fn default() -> Self {
        Self { loads: VecDeque::new(), called: false }
    }
}

impl Loads {
    pub(crate) fn new() -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { places, records: Mutex::default(), events: Mutex::default() }
    }

    /// Locks the queue. A panic cannot leave it half changed, so a poisoned lock is taken as it is.
    fn waiting<R: StreamRow>(&self) -> MutexGuard<'_, Waiting<R>> {
        R::waiting(self).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Reads up to `limit` events of a stream after a version, with the loads of others where that
    /// is faster.
    ///
    /// A shared read begins after each of its loads was requested, so each sees what was
    /// acknowledged before.
    pub(crate) async fn load_page<R: StreamRow>(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
    ) -> Result<Vec<R>, StoreError> {
        if !self.coalesces {
            return self.read_after(stream, after, limit, ()).await;
        }
        // The semaphore hands its places to those who wait, so that this overtakes nobody.
        if let Ok(place) = Arc::clone(&self.loads.places).try_acquire_owned() {
            return self.read_after(stream, after, limit, place).await;
        }
        // What the caller has begun before may have the place.
        self.database.connections.handovers.take_over_siblings();
        let (answer, answered) = oneshot::channel();
        self.wait(Load { stream: stream.clone(), after, answer });
        // No answer: the task went down with its runtime. Its loads read for themselves.
        let Ok(shared) = answered.await else {
            return self.read_after(stream, after, limit, ()).await;
        };
        let mut events: Vec<R> = shared?;
        if events.len() < EVENTS as usize {
            events.truncate(limit as usize);
            return Ok(events);
        }
        events.truncate(limit as usize);
        let missing = limit - u32::try_from(events.len()).unwrap_or(limit);
        if let Some(last) = events.last().filter(|_| missing > 0) {
            events.extend(self.read_after(stream, last.version(), missing, ()).await?);
        }
        Ok(events)
    }

    fn wait<R: StreamRow>(&self, load: Load<R>) {
        let mut waiting = self.loads.waiting::<R>();
        waiting.loads.push_back(load);
        if !waiting.called {
            waiting.called = true;
            self.call::<R>();
        }
    }

    /// Starts a task that takes the waiting loads as soon as there is a place.
    fn call<R: StreamRow>(&self) {
        let store = self.clone();
        let called = Called::<R> { loads: Some(self.loads.clone()), rows: PhantomData };
        tokio::spawn(async move {
            if let Ok(_place) = store.loads.places.acquire().await {
                let loads = store.take(called);
                store.read_together(loads).await;
            }
        });
    }

    /// Takes the waiting loads, up to the limit; for the others, another task is started.
    fn take<R: StreamRow>(&self, mut called: Called<R>) -> Vec<Load<R>> {
        called.loads = None;
        let mut waiting = self.loads.waiting::<R>();
        let fits = waiting.loads.len().min(STREAMS);
        let taken = waiting.loads.drain(..fits).collect();
        waiting.called = !waiting.loads.is_empty();
        if waiting.called {
            self.call::<R>();
        }
        taken
    }

    async fn read_together<R: StreamRow>(&self, mut loads: Vec<Load<R>>) {
        loads.retain(|load| !load.answer.is_closed());
        match self.read_streams_after(&loads).await {
            Ok(pages) => {
                for (load, page) in loads.into_iter().zip(pages) {
                    // Whoever does not listen any more has gone.
                    let _ = load.answer.send(page);
                }
            }
            Err(error) => {
                for load in loads {
                    let _ = load.answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// The pages of all loads; a damaged event is an error of its own stream only.
    async fn read_streams_after<R: StreamRow>(
        &self,
        loads: &[Load<R>],
    ) -> Result<Vec<Result<Vec<R>, StoreError>>, StoreError> {
        let streams = || loads.iter().map(|load| &load.stream);
        let query = self
            .database
            .query(R::TOGETHER)
            .bind(streams().map(|stream| stream.category().as_str()).collect::<Vec<_>>())
            .bind(streams().map(|stream| stream.key().as_str()).collect::<Vec<_>>())
            .bind(loads.iter().map(|load| bigint(load.after.0)).collect::<Vec<_>>())
            .bind(i64::from(EVENTS));
        let rows = self.database.rows_on_this_task(query).await?;
        let mut pages: Vec<_> = loads.iter().map(|_| Ok(Vec::new())).collect();
        let mut names = Names::default();
        for row in &rows {
            let nth = usize::try_from(row.try_get::<i64, _>(R::NTH).map_err(from_sqlx)? - 1).ok();
            let Some((load, page)) =
                nth.and_then(|nth| Some((loads.get(nth)?, pages.get_mut(nth)?)))
            else {
                return Err(unexpected("a shared read was answered with a stream not asked for"));
            };
            match (page.as_mut(), R::of(row, &load.stream, &mut names)) {
                (Ok(events), Ok(event)) => events.push(event),
                (Ok(_), Err(error)) => *page = Err(error),
                (Err(_), _) => {}
            }
        }
        Ok(pages)
    }
}

/// The duty to take the waiting loads. If its task ends before it has, its loads are released, so
/// that they read for themselves, and the next one starts another task.
struct Called<R: StreamRow> {
    /// The loads; `None` once they are taken.
    loads: Option<Arc<Loads>>,
    /// The kind of the rows.
    rows: PhantomData<fn(R)>,
}

impl<R: StreamRow> Drop for Called<R> {
    fn drop(&mut self) {
        if let Some(loads) = &self.loads {
            let mut waiting = loads.waiting::<R>();
            waiting.called = false;
            waiting.loads.clear();
        }
    }
}
