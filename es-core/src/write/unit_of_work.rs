//! Unit of work: several aggregates, one append.

use std::any::Any;
use std::fmt;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use tracing::{Instrument, Span};

use crate::domain::aggregate::Aggregate;
use crate::domain::decide::DecidedBy;
use crate::domain::decision::{self, Decision};
use crate::event::metadata::Metadata;
use crate::event::recorded::NewEvent;
use crate::store::append::{Append, Appended, StreamAppend};
use crate::store::append_error::AppendError;
use crate::store::event_store::EventStore;
use crate::store::spans;
use crate::stream::{ExpectedVersion, StreamId, Version};
use crate::write::execute_error::ExecuteError;
use crate::write::load::{Loaded, Until, load};
use crate::write::load_error::LoadError;
use crate::write::retry;

/// Decides over several aggregates and appends once, all or nothing.
///
/// Each command sees its aggregate as the commands before it left it. Nothing is stored before
/// [`commit`](Self::commit), and a unit of work that is dropped has done nothing. What was only
/// read counts as well: if any aggregate that a command saw has changed until the commit, even one
/// that caused no event, the commit is refused with the conflict. Then begin anew, with a new unit
/// of work: what was decided may have to be decided otherwise.
///
/// ```
/// # use es_core::prelude::*;
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "moved")]
/// # pub struct Moved { cents: i64 }
/// # #[derive(Aggregate, Default, Clone)]
/// # #[aggregate(name = "account", id = String, events(Moved))]
/// # pub struct Account { cents: i64 }
/// # impl Apply<Moved> for Account { fn apply(&mut self, e: Moved) { self.cents += e.cents; } }
/// # #[derive(Command, Clone)]
/// # #[command(aggregate = Account, any)]
/// # pub struct Move { #[command(id)] account: String, cents: i64 }
/// # impl Decide<Move> for Account {
/// #     type Events = Moved;
/// #     fn decide(&self, c: Move) -> Result<Moved, Self::Error> { Ok(Moved { cents: c.cents }) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
///
/// let stored = loop {
///     let mut transfer = UnitOfWork::new(store.clone(), Metadata::default());
///     transfer.execute(Move { account: "ada".into(), cents: -300 }).await?;
///     transfer.execute(Move { account: "bob".into(), cents: 300 }).await?;
///     match transfer.commit().await {
///         Err(AppendError::Conflict(_)) => continue, // somebody was faster: decide anew
///         answer => break answer?,
///     }
/// };
///
/// assert_eq!(stored.streams.len(), 2);
/// # Ok(())
/// # }
/// ```
#[must_use = "a unit of work stores nothing before its commit"]
pub struct UnitOfWork<S> {
    store: S,
    metadata: Metadata,
    /// The streams, in the order in which the commands met them.
    streams: Vec<Touched>,
}

/// A stream that a command of the unit of work has seen.
struct Touched {
    stream: StreamId,
    /// The version at which it was loaded.
    version: Version,
    /// The aggregate with all events so far.
    state: Box<dyn Any + Send>,
    events: Vec<NewEvent>,
}

impl<S: fmt::Debug> fmt::Debug for UnitOfWork<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let streams: Vec<_> =
            self.streams.iter().map(|touched| (&touched.stream, touched.events.len())).collect();
        f.debug_struct("UnitOfWork")
            .field("store", &self.store)
            .field("metadata", &self.metadata)
            .field("events", &streams)
            .finish()
    }
}

impl<S: EventStore> UnitOfWork<S> {
    /// A unit of work over `store`. All its events share `metadata`, a [`Metadata`] or the
    /// recorded event that it follows from; correlation and causation that are left open are
    /// filled in.
    pub fn new(store: S, metadata: impl Into<Metadata>) -> Self {
        Self { store, metadata: metadata.into().completed(), streams: Vec::new() }
    }

    /// Decides one command, on the state that the commands before it left, and answers with the
    /// events that will be stored by the commit.
    ///
    /// A refusal adds no event. The aggregate that refused has been read all the same, so its
    /// version counts at the commit, as that of every other.
    // A future without a type of its own, as that of `Repository::execute_with`.
    #[expect(clippy::type_complexity, reason = "a name for it would hide what is answered")]
    pub fn execute<C, A>(
        &mut self,
        command: C,
    ) -> BoxFuture<'_, Result<Vec<A::Event>, ExecuteError<A::Error>>>
    where
        A: Aggregate,
        C: DecidedBy<A>,
    {
        let executing = async move {
            let span = spans::command(A::NAME, C::NAME);
            self.decide(command, &span).instrument(span.clone()).await
        };
        executing.boxed()
    }

    async fn decide<C, A>(
        &mut self,
        command: C,
        span: &Span,
    ) -> Result<Vec<A::Event>, ExecuteError<A::Error>>
    where
        A: Aggregate,
        C: DecidedBy<A>,
    {
        let stream = StreamId::of::<A>(command.aggregate_id()).map_err(LoadError::from)?;
        span.record("es.stream.id", tracing::field::display(&stream));
        let touched = touch::<A, S>(&mut self.streams, &self.store, stream).await?;
        let Some(state) = touched.state.downcast_mut::<A>() else {
            return Err(LoadError::OtherAggregate { stream: touched.stream.clone() }.into());
        };
        let version = touched.version.plus(touched.events.len());
        let Decision { events, new } =
            decision::decide(state, version, &touched.stream, command, &self.metadata)?;
        touched.events.extend(new);
        Ok(events)
    }

    /// Stores the events of all commands in one append, or none of them. Answers with one entry per
    /// aggregate, in the order in which the commands met them.
    ///
    /// If the store goes away meanwhile, the append goes out again as it was, as that of
    /// [`Repository::execute`](crate::Repository::execute) does.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] if any aggregate that a command saw has changed since.
    pub async fn commit(self) -> Result<Appended, AppendError> {
        let store = self.store.clone();
        match self.into_append() {
            Some(append) => retry::append(&store, &append).boxed().await,
            None => Ok(Appended::new(Vec::new())),
        }
    }

    /// The append that [`commit`](Self::commit) would store, for a store that can join a
    /// transaction of the caller's: `es_postgres::PgStore::append_within`. `None` if there was no
    /// command.
    ///
    /// It holds the version of every aggregate that a command saw, so what was decided here stays
    /// true in that transaction or is refused with a conflict.
    #[must_use]
    pub fn into_append(self) -> Option<Append> {
        if self.streams.is_empty() {
            return None;
        }
        let parts = self.streams.into_iter().map(|touched| {
            let expected = ExpectedVersion::Exact(touched.version);
            StreamAppend::new(touched.stream, expected, touched.events)
        });
        Some(Append::of_fresh(parts.collect()))
    }
}

/// The state of `stream` in the unit of work, loaded if it is new to it.
async fn touch<'a, A: Aggregate, S: EventStore>(
    streams: &'a mut Vec<Touched>,
    store: &S,
    stream: StreamId,
) -> Result<&'a mut Touched, LoadError> {
    let nth = if let Some(known) = streams.iter().position(|touched| touched.stream == stream) {
        known
    } else {
        let read = || load::<A, S>(store, &stream, Until::End);
        let Loaded { state, version, .. } = retry::until_answered(read).await?;
        streams.push(Touched { stream, version, state: Box::new(state), events: Vec::new() });
        streams.len() - 1
    };
    Ok(&mut streams[nth])
}
