//! From a command to its events: load, decide, append, and again if others were faster.

use std::fmt;
use std::marker::PhantomData;

use futures_core::Stream;
use futures_util::TryStreamExt;
use tracing::{Instrument, Span};

use crate::aggregate::Aggregate;
use crate::append::{Append, Appended, StreamAppend};
use crate::backoff;
use crate::decide::DecidedBy;
use crate::decision::{self, Decision};
use crate::error::{AppendError, Conflict, ExecuteError, LoadError};
use crate::event::EventId;
use crate::load::{Loaded, Moment, Until, load};
use crate::metadata::Metadata;
use crate::recorded::Recorded;
use crate::resend;
use crate::spans;
use crate::store::{Cursor, EventStore};
use crate::stream::{ExpectedVersion, Position, StreamId, Version};

/// The aggregates of one type in one store.
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "counted")]
/// # pub struct Counted { by: i64 }
/// # #[derive(Aggregate, Default)]
/// # #[aggregate(name = "counter", id = String, events(Counted))]
/// # pub struct Counter { total: i64 }
/// # impl Apply<Counted> for Counter { fn apply(&mut self, e: Counted) { self.total += e.by; } }
/// # #[derive(Command, Clone)]
/// # #[command(aggregate = Counter, any)]
/// # pub struct Count { #[command(id)] counter: String, by: i64 }
/// # impl Decide<Count> for Counter {
/// #     type Events = Counted;
/// #     fn decide(&self, c: Count) -> Result<Counted, Self::Error> { Ok(Counted { by: c.by }) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let counters = Repository::<Counter, _>::new(MemoryStore::new());
///
/// let done = counters.execute(Count { counter: "doors".into(), by: 2 }).await?;
/// counters.execute_with(Count { counter: "doors".into(), by: 3 }, &done.events[0]).await?;
///
/// assert_eq!(counters.load(&"doors".into()).await?.state.total, 5);
/// assert_eq!(counters.load_at(&"doors".into(), Version(1)).await?.state.total, 2);
/// # Ok(())
/// # }
/// ```
pub struct Repository<A, S> {
    store: S,
    max_attempts: u32,
    aggregate: PhantomData<fn() -> A>,
}

impl<A, S: Clone> Clone for Repository<A, S> {
    fn clone(&self) -> Self {
        Self { store: self.store.clone(), max_attempts: self.max_attempts, aggregate: PhantomData }
    }
}

impl<A: Aggregate, S: fmt::Debug> fmt::Debug for Repository<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("aggregate", &A::NAME)
            .field("store", &self.store)
            .field("max_attempts", &self.max_attempts)
            .finish()
    }
}

/// What a command did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Executed<A: Aggregate> {
    /// The state after the command.
    pub state: A,
    /// The version of the stream after the command.
    pub version: Version,
    /// What happened, in order; empty if the command changed nothing.
    pub events: Vec<Recorded<A::Event>>,
}

impl<A: Aggregate> Executed<A> {
    /// The position of the last event; `None` if the command changed nothing.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.events.last().map(|event| event.position)
    }
}

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    /// How often [`execute`](Self::execute) tries before it gives up, unless told otherwise.
    pub const DEFAULT_MAX_ATTEMPTS: u32 = 10;

    /// The aggregates in `store`.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self { store, max_attempts: Self::DEFAULT_MAX_ATTEMPTS, aggregate: PhantomData }
    }

    /// Tries at most `attempts` times (at least once) when others change the stream meanwhile.
    ///
    /// The second attempt follows at once. Before each further one it waits for 1, 2, 4 … 100 ms
    /// and a random time of up to the same length.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Loads, decides, appends; on a conflict once more from the start, up to a bound.
    ///
    /// The command becomes the start of a new chain: a fresh id is correlation and causation of
    /// its events.
    ///
    /// Waits between attempts with tokio's timer, so it needs a runtime that has one.
    ///
    /// If the store fails in a way [that a moment may cure](crate::StoreError::is_transient), what was
    /// asked goes out again, for up to ten seconds after the first failure. An append goes out as it
    /// was, with the same event ids: if only its answer was lost, this is the answer, and nothing is
    /// stored twice. After that time the command fails with the store's error, and what it decided
    /// may have been stored, but only if the error is an append's and its kind is
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable). Whoever then repeats the command decides
    /// it a second time, on a state that may hold the first.
    pub async fn execute<C>(&self, command: C) -> Result<Executed<A>, ExecuteError<A::Error>>
    where
        C: DecidedBy<A>,
    {
        self.execute_with(command, Metadata::default()).await
    }

    /// As [`execute`](Self::execute), with what is known of the request: a [`Metadata`], or the
    /// recorded event that the command follows from.
    ///
    /// Correlation and causation that are left open are filled in.
    pub async fn execute_with<C>(
        &self,
        command: C,
        metadata: impl Into<Metadata>,
    ) -> Result<Executed<A>, ExecuteError<A::Error>>
    where
        C: DecidedBy<A>,
    {
        let metadata = metadata.into().completed();
        let span = spans::command(A::NAME, C::NAME);
        self.execute_until_done(command, &metadata, &span).instrument(span.clone()).await
    }

    async fn execute_until_done<C>(
        &self,
        command: C,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Executed<A>, ExecuteError<A::Error>>
    where
        C: DecidedBy<A>,
    {
        let stream = StreamId::of::<A>(command.aggregate_id()).map_err(LoadError::from)?;
        span.record("es.stream.id", tracing::field::display(&stream));
        let mut delays = backoff::delays();
        let mut attempts = 1;
        loop {
            span.record("es.attempts", attempts);
            let conflict = match self.attempt(&stream, command.clone(), metadata).await? {
                Ok(done) => {
                    if let Some(position) = done.position() {
                        span.record("es.global_position", position.0);
                    }
                    return Ok(done);
                }
                Err(conflict) => conflict,
            };
            if attempts == self.max_attempts {
                return Err(ExecuteError::Conflict { attempts, source: conflict });
            }
            if attempts > 1 {
                tokio::time::sleep(delays.next().unwrap_or_default()).await;
            }
            attempts += 1;
        }
    }

    /// One attempt; the inner error is a conflict, which may be tried again.
    async fn attempt<C>(
        &self,
        stream: &StreamId,
        command: C,
        metadata: &Metadata,
    ) -> Result<Result<Executed<A>, Conflict>, ExecuteError<A::Error>>
    where
        C: DecidedBy<A>,
    {
        let Loaded { mut state, version, .. } =
            resend::until_answered(|| load(&self.store, stream, Until::End)).await?;
        let Decision { events, new } =
            decision::decide(&mut state, version, stream, command, metadata)?;
        if new.is_empty() {
            return Ok(Ok(Executed { state, version, events: Vec::new() }));
        }
        let ids = new.iter().map(|new| new.id).collect();
        let part = StreamAppend::new(stream.clone(), ExpectedVersion::Exact(version), new);
        let appended = match resend::append(&self.store, Append::of_fresh(vec![part])).await {
            Ok(appended) => appended,
            Err(AppendError::Conflict(conflict)) => return Ok(Err(conflict)),
            Err(error) => return Err(ExecuteError::Append(error)),
        };
        let version = version.plus(events.len());
        let events = record(events, ids, metadata, appended);
        Ok(Ok(Executed { state, version, events }))
    }

    /// The state as it stands now. An aggregate that does not exist is at [`Version::NONE`].
    pub async fn load(&self, id: &A::Id) -> Result<Loaded<A>, LoadError> {
        self.load_until(id, Until::End).await
    }

    /// The state as it stood at `version`. A version that the stream has not reached is an error.
    pub async fn load_at(&self, id: &A::Id, version: Version) -> Result<Loaded<A>, LoadError> {
        let loaded = self.load_until(id, Until::Version(version)).await?;
        if loaded.version < version {
            let stream = StreamId::of::<A>(id)?;
            return Err(LoadError::NoSuchVersion {
                stream,
                asked: version,
                actual: loaded.version,
            });
        }
        Ok(loaded)
    }

    /// The state as it stood at a [`Position`] of the log or at an instant ([`Timestamp`](crate::Timestamp)),
    /// events of that very moment included.
    ///
    /// The answer is final once the log is complete up to there: an append that is under way may
    /// still get an earlier position or instant.
    pub async fn load_as_of(
        &self,
        id: &A::Id,
        moment: impl Into<Moment>,
    ) -> Result<Loaded<A>, LoadError> {
        self.load_until(id, Until::Moment(moment.into())).await
    }

    async fn load_until(&self, id: &A::Id, until: Until) -> Result<Loaded<A>, LoadError> {
        load(&self.store, &StreamId::of::<A>(id)?, until).await
    }

    /// What happened to one aggregate, in the order of the cursor.
    pub fn history(
        &self,
        id: &A::Id,
        cursor: Cursor<Version>,
    ) -> Result<
        impl Stream<Item = Result<Recorded<A::Event>, LoadError>> + Send + use<A, S>,
        LoadError,
    > {
        let events = self.store.read_stream(&StreamId::of::<A>(id)?, cursor);
        Ok(events.map_err(LoadError::from).and_then(async |raw| Ok(raw.decode()?)))
    }
}

/// The events of one append with the places that the store gave them.
fn record<E>(
    events: Vec<E>,
    ids: Vec<EventId>,
    metadata: &Metadata,
    appended: Appended,
) -> Vec<Recorded<E>> {
    let places = appended.streams.into_iter().flat_map(|part| {
        let version_before = part.version_before();
        part.positions.into_iter().enumerate().map(move |(nth, position)| {
            (part.stream.clone(), version_before.plus(nth + 1), position, part.recorded_at)
        })
    });
    let record = |((event, id), (stream, version, position, at))| {
        Recorded::new(id, stream, version, position, at, metadata.clone(), event)
    };
    events.into_iter().zip(ids).zip(places).map(record).collect()
}
