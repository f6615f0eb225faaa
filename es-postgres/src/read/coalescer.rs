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

use es_core::__private::worker::{Drain, Worker};
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
    pub(crate) records: Waiting<RecordedEvent>,
    /// The loads of the part that folds need.
    pub(crate) events: Waiting<PlacedEvent>,
}

pub(crate) struct Waiting<R> {
    loads: Mutex<VecDeque<Load<R>>>,
    readers: Worker,
}

/// A load that waits for its answer.
struct Load<R> {
    stream: StreamId,
    after: Version,
    answer: oneshot::Sender<Result<Vec<R>, StoreError>>,
}

impl<R> Default for Waiting<R> {
    fn default() -> Self {
        Self { loads: Mutex::default(), readers: Worker::new(AT_ONCE) }
    }
}

impl<R> Waiting<R> {
    /// Locks the queue. A panic cannot leave it half changed, so a poisoned lock is taken as it is.
    fn loads(&self) -> MutexGuard<'_, VecDeque<Load<R>>> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loads {
    pub(crate) fn new() -> Self {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        Self { places, records: Waiting::default(), events: Waiting::default() }
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
        let waiting = R::waiting(&self.loads);
        waiting.loads().push_back(Load { stream: stream.clone(), after, answer });
        waiting.readers.call(|| SharedReader::<R> { reader: self.clone(), rows: PhantomData });
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

/// Reads the waiting loads together, as soon as there is a place.
struct SharedReader<R: StreamRow> {
    reader: Reader,
    /// The kind of the rows.
    rows: PhantomData<fn(R)>,
}

impl<R: StreamRow> Drain for SharedReader<R> {
    async fn drain(&mut self) {
        let Loads { places, .. } = &*self.reader.loads;
        let waiting = R::waiting(&self.reader.loads);
        while !waiting.loads().is_empty() {
            let Ok(_place) = places.acquire().await else { return };
            let loads: Vec<_> = {
                let mut loads = waiting.loads();
                let fits = loads.len().min(STREAMS);
                loads.drain(..fits).collect()
            };
            if !loads.is_empty() {
                self.reader.read_together(loads).await;
            }
        }
    }

    /// Releases the loads, so that they read for themselves.
    fn abandon(&mut self) {
        R::waiting(&self.reader.loads).loads().clear();
    }
}
