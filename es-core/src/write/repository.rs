//! Execution of commands: load, decide, append, and retry if others were faster.

mod decided;
mod direct;
mod executed;
mod once;
mod serialized;
mod state_cache;

use std::sync::Arc;
use std::time::Duration;
use std::{fmt, future};

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tracing::{Instrument, Span};

use self::direct::Terms;
use self::serialized::Lanes;
use self::state_cache::States;
use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
use crate::event::decoded::Decoded;
use crate::event::metadata::Metadata;
use crate::event::recorded::{EventPart, Recorded};
use crate::store::append::{Append, AppendedStream};
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::paging;
use crate::store::silence::answered;
use crate::store::spans;
use crate::stream::{StreamId, Version};
use crate::write::catch_up::catch_up;
use crate::write::contention;
use crate::write::execute_error::ExecuteError;
use crate::write::load::{Folded, Loaded, Moment, Until, fold, load};
use crate::write::load_error::LoadError;
use crate::write::retry;
use crate::write::snapshot_writer::SnapshotWriter;

pub use self::executed::Executed;

/// The aggregates of one type in one store.
///
/// ```
/// use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "counted")]
/// # pub struct Counted { by: i64 }
/// # #[derive(Aggregate, Default, Clone)]
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
///
/// # Commands that meet
///
/// Commands of a repository and its clones that meet on one aggregate are decided one after another,
/// each on the state that the one before it left, and appended together. Each still has an answer of
/// its own: its events with its metadata, the state and the version after it, or its own refusal, which
/// is told only once the events that it rests on are stored. A command that meets nobody goes by
/// itself. A command that is dropped while it waits is left out; later it is stored whole or not at
/// all. Commands are served in the order in which they came, up to 128 in an append, fewer once they
/// have 1,000 events or a mebibyte of payload. Nobody waits for a future that is kept and not polled:
/// commands that others wait for are executed on a task of the caller's tokio runtime. This costs a
/// copy of the state for each command that waited.
///
/// Others, in another process for example, append to the aggregate as well. A command that they outran
/// is decided anew at once; outrun again, it waits for its turn at the stream
/// ([`EventStore::lock`]), and is decided and appended while nobody else appends there. So somebody
/// succeeds at any time, and nobody starves. [`with_time_limit`](Self::with_time_limit) bounds it.
pub struct Repository<A: Aggregate, S> {
    store: S,
    time_limit: Duration,
    states: Option<States<A>>,
    lanes: Option<Arc<Lanes<A>>>,
    snapshots: SnapshotWriter,
}

impl<A: Aggregate, S: Clone> Clone for Repository<A, S> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            time_limit: self.time_limit,
            states: self.states.clone(),
            lanes: self.lanes.clone(),
            snapshots: self.snapshots.clone(),
        }
    }
}

impl<A: Aggregate, S: fmt::Debug> fmt::Debug for Repository<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository")
            .field("aggregate", &A::NAME)
            .field("store", &self.store)
            .field("time_limit", &self.time_limit)
            .field("cache", &self.states)
            .field("lanes", &self.lanes)
            .finish_non_exhaustive()
    }
}

impl<A: Aggregate, S: EventStore> Repository<A, S> {
    /// The time for which [`execute`](Self::execute) goes on against others, unless told otherwise.
    pub const DEFAULT_TIME_LIMIT: Duration = contention::TIME_LIMIT;

    /// The aggregates in `store`.
    ///
    /// Asks for a state that is `Clone`, so that [commands that meet](Self#commands-that-meet) are
    /// decided one after another. For a state that cannot be copied there is
    /// [`without_command_batching`](Self::without_command_batching).
    #[must_use]
    pub fn new(store: S) -> Self
    where
        A: Clone,
    {
        Self { lanes: Some(Arc::new(Lanes::new())), ..Self::without_command_batching(store) }
    }

    /// The aggregates in `store`, each command by itself also where several meet on one aggregate.
    ///
    /// They are conflicts to one another then, as commands of other processes are: one is stored, the
    /// others try again, and wait for their turn at the stream.
    #[must_use]
    pub fn without_command_batching(store: S) -> Self {
        Self {
            store,
            time_limit: Self::DEFAULT_TIME_LIMIT,
            states: None,
            lanes: None,
            snapshots: SnapshotWriter::default(),
        }
    }

    /// Retries for at most `limit`, instead of ten seconds, when others change the aggregate
    /// meanwhile; then the command fails with [`ExecuteError::Conflict`]. There is always one
    /// attempt, and with [`Duration::ZERO`] no more; a limit beyond a day is a day.
    ///
    /// The second attempt follows at once. Each further one waits for its turn at the stream; where the
    /// store has no [locks](EventStore::lock), for 1, 2, 4 … 100 ms and a random time of up to the same
    /// length.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit.min(contention::LONGEST);
        self
    }

    /// Remembers the states of up to `states` aggregates, the most useful ones, for all clones of this
    /// repository.
    ///
    /// A command for an aggregate that is remembered is decided without a read; the append says if
    /// somebody changed the aggregate meanwhile, and then the command is decided again. What appends
    /// nothing, a refusal or a command that changes nothing, is told only after a look into the store.
    /// [`load`](Self::load) looks as well: a state of the past is never given out as the present one.
    /// Wherever the store is looked into, it is asked only for the events that are new.
    ///
    /// Costs the memory of that many states, and two copies of the state for each command. Restart the
    /// service after its store was put back to an earlier backup, as with everything else that it
    /// remembers.
    #[must_use]
    pub fn with_cache(mut self, states: u64) -> Self
    where
        A: Clone,
    {
        self.states = Some(States::new(states));
        self
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Loads, decides and appends; on a conflict retries from the start, for a
    /// [bounded time](Self::with_time_limit).
    ///
    /// The command becomes the start of a new chain: a fresh id is correlation and causation of
    /// its events.
    ///
    /// Waits between attempts with tokio's timer, so it needs a runtime that has one.
    ///
    /// If the store fails in a way [that a moment may cure](crate::StoreError::is_transient), what was
    /// asked goes out again, for up to ten seconds from its beginning; a load begins again, and an append goes
    /// out as it was, with the same event ids: if only its answer was lost, this is the answer, and nothing
    /// is stored twice. A call that the store does not answer at all, since somebody holds the stream or
    /// the pool for example, is given up after thirty seconds. After that time the command fails with the store's error, and what it decided
    /// may have been stored, but only if the error is an append's and its kind is
    /// [`Unavailable`](crate::StoreErrorKind::Unavailable). Whoever then repeats the command decides
    /// it a second time, on a state that may hold the first.
    pub fn execute<C>(
        &self,
        command: C,
    ) -> BoxFuture<'_, Result<Executed<A>, ExecuteError<A::Error>>>
    where
        C: DecidedBy<A>,
    {
        self.execute_with(command, Metadata::default())
    }

    /// Executes like [`execute`](Self::execute), with what is known of the request: a [`Metadata`],
    /// or the recorded event that the command follows from.
    ///
    /// Correlation and causation that are left open are filled in.
    // A future without a type of its own: the compiler would ask a type for its bounds at the call and at
    // `.await` once more, and say of a command that nobody decides three times that nobody does.
    pub fn execute_with<C>(
        &self,
        command: C,
        metadata: impl Into<Metadata>,
    ) -> BoxFuture<'_, Result<Executed<A>, ExecuteError<A::Error>>>
    where
        C: DecidedBy<A>,
    {
        let metadata = metadata.into();
        let executing = async move {
            let metadata = metadata.completed();
            let span = spans::command(A::NAME, C::NAME);
            let executing = self.execute_until_done(command, &metadata, &span);
            executing.instrument(span.clone()).await
        };
        executing.boxed()
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
        match &self.lanes {
            Some(lanes) => self.execute_serialized(lanes, stream, command, metadata, span).await,
            // A type that is known here, so that the compiler need not look through all of it wherever a
            // command is executed. What is serialized is on the heap anyway.
            None => self.execute_direct(&stream, command, Terms::of(metadata), span).boxed().await,
        }
    }

    /// Executes a command that is meant for the aggregate as it stands at `version`, for `If-Match` of
    /// HTTP for example; [`Version::NONE`] is an aggregate that does not exist.
    ///
    /// There is one attempt. The version counts before everything else, also for a command that is
    /// refused or changes nothing.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::OtherVersion`] if the aggregate is elsewhere; it says where.
    ///
    /// ```
    /// # use es_core::prelude::*;
    /// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// # #[event(name = "counted")]
    /// # pub struct Counted { by: i64 }
    /// # #[derive(Aggregate, Default, Clone, Debug)]
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
    /// let count = || Count { counter: "doors".into(), by: 1 };
    ///
    /// counters.execute_at(count(), Version::NONE).await?;
    /// let late = counters.execute_at(count(), Version::NONE).await.unwrap_err();
    ///
    /// let ExecuteError::OtherVersion(conflict) = late else { panic!("{late}") };
    /// assert_eq!(conflict.actual, Version(1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute_at<C>(
        &self,
        command: C,
        version: Version,
    ) -> BoxFuture<'_, Result<Executed<A>, ExecuteError<A::Error>>>
    where
        C: DecidedBy<A>,
    {
        self.execute_at_with(command, version, Metadata::default())
    }

    /// Executes like [`execute_at`](Self::execute_at), with what is known of the request: see
    /// [`execute_with`](Self::execute_with).
    pub fn execute_at_with<C>(
        &self,
        command: C,
        version: Version,
        metadata: impl Into<Metadata>,
    ) -> BoxFuture<'_, Result<Executed<A>, ExecuteError<A::Error>>>
    where
        C: DecidedBy<A>,
    {
        let metadata = metadata.into();
        let executing = async move {
            let metadata = metadata.completed();
            let span = spans::command(A::NAME, C::NAME);
            let attempt = async {
                let stream = StreamId::of::<A>(command.aggregate_id()).map_err(LoadError::from)?;
                span.record("es.stream.id", tracing::field::display(&stream))
                    .record("es.attempts", 1);
                let done = self
                    .execute_at_version(&stream, command, version, Terms::of(&metadata))
                    .await?;
                if let Some(position) = done.position() {
                    span.record("es.global_position", position.0);
                }
                Ok(done)
            };
            attempt.instrument(span.clone()).await
        };
        executing.boxed()
    }

    /// The state as it stands now. An aggregate that does not exist is at [`Version::NONE`].
    ///
    /// Sees every append that was acknowledged before the call.
    pub async fn load(&self, id: &A::Id) -> Result<Loaded<A>, LoadError> {
        let stream = StreamId::of::<A>(id)?;
        let known = self.recall(&stream);
        Ok(self.read(&self.store, known, &stream).boxed().await?.0)
    }

    /// The state as it stood at `version`. A version that the stream has not reached is an error, and so
    /// is one from before the stream was [transformed](crate::TransformStore).
    pub async fn load_at(&self, id: &A::Id, version: Version) -> Result<Loaded<A>, LoadError> {
        self.load_version(&StreamId::of::<A>(id)?, version).await
    }

    async fn load_version(
        &self,
        stream: &StreamId,
        version: Version,
    ) -> Result<Loaded<A>, LoadError> {
        let loaded: Loaded<A> = load(&self.store, stream, Until::Version(version)).boxed().await?;
        if loaded.version < version {
            let stream = stream.clone();
            let first = answered(self.store.stream_page(&stream, Cursor::START, 1)).await?;
            if let Some(first) = first.first().map(|event| event.version).filter(|v| *v > version) {
                return Err(LoadError::Archived { stream, asked: version, first });
            }
            return Err(LoadError::NoSuchVersion {
                stream,
                asked: version,
                actual: loaded.version,
            });
        }
        Ok(loaded)
    }

    /// The state as it stood at a [`Position`](crate::Position) of the log or at an instant
    /// ([`Timestamp`](crate::Timestamp)),
    /// events of that very moment included.
    ///
    /// The answer is final once the log is complete up to there: an append that is under way may
    /// still get an earlier position or instant.
    pub async fn load_as_of(
        &self,
        id: &A::Id,
        moment: impl Into<Moment>,
    ) -> Result<Loaded<A>, LoadError> {
        let until = Until::Moment(moment.into());
        load(&self.store, &StreamId::of::<A>(id)?, until).boxed().await
    }

    /// The history of one aggregate, in the order of the cursor. An event that was
    /// [superseded](crate::Superseded) appears as the events that it became, all at one version;
    /// backwards, the last of them comes first.
    ///
    /// A reader that stops and goes on later keeps the [place](Recorded::place) of the last event, for
    /// [`history_from`](Self::history_from).
    pub fn history(
        &self,
        id: &A::Id,
        cursor: Cursor<Version>,
    ) -> Result<
        impl Stream<Item = Result<Recorded<A::Event>, LoadError>> + Send + use<A, S>,
        LoadError,
    > {
        let from = match cursor {
            Cursor::After(version) => Cursor::After(EventPart { version, part: u32::MAX }),
            Cursor::Before(version) => Cursor::Before(EventPart { version, part: 0 }),
        };
        self.read_history(id, cursor, from)
    }

    /// Reads what happened to one aggregate after or before one event of its [history](Self::history). Goes on
    /// with the next part where that was one of several that a stored event is read as.
    ///
    /// # Errors
    ///
    /// If the id prints what cannot be a stream key; the others are items.
    pub fn history_from(
        &self,
        id: &A::Id,
        cursor: Cursor<EventPart>,
    ) -> Result<
        impl Stream<Item = Result<Recorded<A::Event>, LoadError>> + Send + use<A, S>,
        LoadError,
    > {
        // The stored event itself is read once more.
        let stored = match cursor {
            Cursor::After(from) => Cursor::After(Version(from.version.0.saturating_sub(1))),
            Cursor::Before(from) => Cursor::Before(Version(from.version.0.saturating_add(1))),
        };
        self.read_history(id, stored, cursor)
    }

    fn read_history(
        &self,
        id: &A::Id,
        stored: Cursor<Version>,
        from: Cursor<EventPart>,
    ) -> Result<
        impl Stream<Item = Result<Recorded<A::Event>, LoadError>> + Send + use<A, S>,
        LoadError,
    > {
        let events = paging::stream(self.store.clone(), StreamId::of::<A>(id)?, stored);
        let decoded = events.map_err(LoadError::from).and_then(move |raw| {
            let parts = raw.decode::<A::Event>().map_err(LoadError::from);
            future::ready(parts.map(|parts| match from {
                Cursor::After(_) => parts,
                Cursor::Before(_) => parts.reversed(),
            }))
        });
        let is_beyond = move |event: &Recorded<A::Event>| match from {
            Cursor::After(from) => event.place() > from,
            Cursor::Before(from) => event.place() < from,
        };
        let parts = move |parts: Decoded<Recorded<A::Event>>| {
            stream::iter(parts.into_iter().filter(is_beyond)).map(Ok)
        };
        Ok(decoded.map_ok(parts).try_flatten())
    }
}

/// The methods that every way of executing commands rests on.
impl<A: Aggregate, S: EventStore> Repository<A, S> {
    fn recall(&self, stream: &StreamId) -> Option<Loaded<A>> {
        self.states.as_ref()?.recall(stream)
    }

    /// The state as the store holds it now, read from `source`: what is known of it, and what came
    /// after that. Where nothing is known, with the version of the snapshot that the state was folded
    /// from.
    async fn read<R: EventStore>(
        &self,
        source: &R,
        known: Option<Loaded<A>>,
        stream: &StreamId,
    ) -> Result<(Loaded<A>, Option<Version>), LoadError> {
        let (loaded, snapshot) = if let Some(known) = known {
            (catch_up(source, stream, known).await?, None)
        } else {
            let Folded { loaded, snapshot } = fold(source, stream, Until::End).await?;
            (loaded, Some(snapshot))
        };
        if let Some(states) = self.states.as_ref().filter(|_| loaded.exists()) {
            states.remember(stream, &loaded.state, loaded.version, loaded.position);
        }
        Ok((loaded, snapshot))
    }

    /// The state to decide on: an earlier one if it is known, and what came after it. Whoever decides
    /// keeps the snapshot that is due.
    async fn load_to_decide(
        &self,
        stream: &StreamId,
        mut known: Option<Loaded<A>>,
    ) -> Result<Loaded<A>, LoadError> {
        let read = || {
            let known = known.take().or_else(|| self.recall(stream));
            self.read(&self.store, known, stream)
        };
        let (loaded, snapshot) = retry::until_answered(read).await?;
        self.keep_snapshot_if_due(stream, &loaded, snapshot);
        Ok(loaded)
    }

    /// The state to decide on while nobody else appends. None if the lock is over.
    async fn load_through(
        &self,
        lock: &AppendLock,
        known: Option<Loaded<A>>,
        stream: &StreamId,
    ) -> Result<Option<Loaded<A>>, LoadError> {
        match self.read(lock, known.or_else(|| self.recall(stream)), stream).await {
            Ok((loaded, snapshot)) => {
                self.keep_snapshot_if_due(stream, &loaded, snapshot);
                Ok(Some(loaded))
            }
            Err(LoadError::Store(error)) if error.is_transient() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn keep_snapshot_if_due(
        &self,
        stream: &StreamId,
        loaded: &Loaded<A>,
        snapshot: Option<Version>,
    ) {
        if let Some(last) = snapshot {
            let place = (loaded.version, loaded.position);
            self.snapshots.keep_if_due(&self.store, stream, &loaded.state, place, last);
        }
    }

    /// Stores the events for one stream.
    async fn store_one(
        &self,
        append: &Append,
        lock: Option<AppendLock>,
    ) -> Result<AppendedStream, AppendError> {
        let mut appended = contention::append(&self.store, lock, append).await?;
        appended.streams.pop().ok_or_else(|| unanswered().into())
    }

    /// Remembers the state after an append, and keeps the snapshot that is due.
    fn remember(&self, stream: &StreamId, state: &A, appended: &AppendedStream) {
        let Some(position) = appended.positions.last() else {
            return;
        };
        if let Some(states) = &self.states {
            states.remember(stream, state, appended.version, *position);
        }
        let place = (appended.version, *position);
        self.snapshots.keep_if_due(&self.store, stream, state, place, appended.version_before());
    }

    /// Notes the version of a stream when an append was refused.
    fn found(&self, stream: &StreamId, actual: Version) {
        if let Some(states) = &self.states {
            states.found(stream, actual);
        }
    }
}

/// A store that says yes and does not say to what.
fn unanswered() -> StoreError {
    StoreError::new(StoreErrorKind::Other, "the store did not say where the events stand")
}
