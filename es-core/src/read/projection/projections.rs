//! Running, waiting for and administering projections.

use std::fmt;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;

use super::administration;
use super::runner::{self, Consumer, External, OfProjection, OwnTransaction, Sink};
use super::signals::Followed;
use super::{
    Projection, ProjectionId, ProjectionName, ProjectionStore, ReadModel, RegisterError,
    RunOptions, Running,
};
use crate::read::subscription::{Start, first_place};
use crate::store::checkpoint::ResumeError;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::stream::Position;
use crate::validated_text::InvalidText;

/// The projections of the log in `S`, whose progress and rows are kept in `P`: runs them, tells how they are,
/// and hands out a [handle](super::ProjectionHandle) on each.
///
/// ```
/// use std::time::Duration;
///
/// use es_core::prelude::*;
/// use es_core::projection::{MemoryProjections, Projections, Projects};
/// use es_core::{MemoryStore, ProjectError, Projection, ReadModel};
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited { pub cents: i64 }
/// # #[derive(EventSet, Clone)]
/// # pub enum TotalEvent { Deposited(Deposited) }
/// # pub struct Total;
/// # impl Projection for Total {
/// #     const NAME: &'static str = "total";
/// #     const VERSION: u32 = 1;
/// #     type Event = TotalEvent;
/// # }
/// # impl Projects<i64> for Total {
/// #     async fn project(&self, event: Recorded<TotalEvent>, db: &mut i64) -> Result<(), ProjectError> {
/// #         let TotalEvent::Deposited(Deposited { cents }) = event.event;
/// #         *db += cents;
/// #         Ok(())
/// #     }
/// # }
/// # impl ReadModel<i64> for Total {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use es_core::{Append, NewEvent, ProjectionName};
/// let store = MemoryStore::new();
/// let kept = MemoryProjections::<i64>::new();
/// let projections = Projections::new(store.clone(), kept.clone());
/// let running = projections.run(Total).await?;
///
/// # let stream = StreamId::new(Category::new("account")?, StreamKey::new("ada")?);
/// # let deposit = NewEvent::of(&TotalEvent::from(Deposited { cents: 5 }), Metadata::default())?;
/// # let deposit = Append::to(stream, ExpectedVersion::Any, vec![deposit])?;
/// let done = store.append(deposit).await?;
/// if let Some(token) = done.token() {
///     projections.of::<Total>().wait_for(token, Duration::from_secs(2)).await?;
/// }
/// assert_eq!(kept.read(&ProjectionName::new("total")?, |total| *total), Some(5));
///
/// running.stop().await;
/// # Ok(())
/// # }
/// ```
///
/// Started alike on several processes, they share the work by themselves, and take over when one of them
/// is gone. Clones are one: they share what they know.
pub struct Projections<S, P> {
    pub(super) log: S,
    pub(super) kept: P,
    pub(crate) followed: Arc<Followed>,
}

/// The reason that a projection is not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The projection cannot be run as it is declared.
    #[error(transparent)]
    Register(RegisterError),
    /// The tables of the projection cannot be made.
    #[error("the tables of `{id}` cannot be made")]
    Create {
        /// The projection and its version.
        id: ProjectionId,
        /// The error of [`ReadModel::create`].
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The set of events, which was written by hand, has a name that no store could hold.
    #[error(transparent)]
    Events(#[from] InvalidText),
    /// A subscription cannot begin where it should: the log is another one.
    #[error(transparent)]
    Start(ResumeError),
    /// A store failed. Once a projection runs, it waits for its stores; to begin, they must be there.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<RegisterError> for RunError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Store(error) => Self::Store(error),
            error => Self::Register(error),
        }
    }
}

impl From<ResumeError> for RunError {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::Store(error) => Self::Store(error),
            error => Self::Start(error),
        }
    }
}

impl<S: EventStore, P: ProjectionStore> Projections<S, P> {
    /// Creates the projections of the log `log`, kept in `kept`.
    #[must_use]
    pub fn new(log: S, kept: P) -> Self {
        Self { log, kept, followed: Arc::default() }
    }

    /// Runs a projection in the background, with the default [`RunOptions`].
    ///
    /// Returns when it is known to the store and its tables are there. From then on it comes along for
    /// ever: if a store is away it waits, and goes on by itself.
    pub fn run<X: ReadModel<P::Db>>(
        &self,
        projection: X,
    ) -> BoxFuture<'_, Result<Running, RunError>> {
        self.run_with(projection, RunOptions::default())
    }

    /// Does the same as [`run`](Self::run), with options. They apply to this process only; settings
    /// that all processes must agree on are in the projection.
    // A future without a type of its own, as that of `Repository::execute_with`.
    pub fn run_with<X: ReadModel<P::Db>>(
        &self,
        projection: X,
        options: RunOptions,
    ) -> BoxFuture<'_, Result<Running, RunError>> {
        let starting = async move {
            let effects = self.effects_start::<X>().await?;
            let consumer = OfProjection::new(projection)?.with_effects_after(effects);
            self.start(OwnTransaction, consumer, options).await
        };
        starting.boxed()
    }

    /// Runs a projection that writes elsewhere than into the store of its progress: a mailer, a
    /// search index, another database. `destination` is cloned for each event.
    ///
    /// `start` counts where the projection is new, and must be said: a mailer begins [`Start::Now`], or it
    /// mails the whole history; a search index begins at the [`Start::Beginning`]. A projection that is
    /// known goes on where it was.
    ///
    /// # Guarantees
    ///
    /// Each event is handled at least once, and the events of a key in their order. What was done is
    /// noted after each event: a process that dies repeats the event that it had in hand, and no other.
    /// The event's [`id`](crate::Recorded::id) tells a repetition. A projection that is declared `bulk`
    /// asks for many events at once and is noted after each batch.
    ///
    /// An event that fails is tried again with backoff, up to a minute, until it is done; the events of
    /// other keys go on. It is parked where the handler says that it is the
    /// [event's fault](super::ProjectError::rejected), or if the options [say so](RunOptions::with_on_failure).
    pub async fn run_into<X, D>(
        &self,
        projection: X,
        destination: D,
        start: Start,
        options: RunOptions,
    ) -> Result<Running, RunError>
    where
        X: ReadModel<D>,
        D: Clone + Send + 'static,
    {
        let start = self.start_of(&ProjectionId::of::<X>(), start).await?;
        let effects = self.effects_start::<X>().await?;
        let consumer =
            OfProjection::new(projection)?.with_effects_after(effects).starting_at(start);
        self.start(External::new(destination), consumer, options).await
    }

    /// The place after which a new projection has effects.
    async fn effects_start<X: Projection>(&self) -> Result<Position, RunError> {
        if !X::HAS_EFFECTS {
            return Ok(Position::START);
        }
        self.start_of(&ProjectionId::of::<X>(), X::EFFECTS_START).await
    }

    /// The place where a consumer begins, which counts only if it is new.
    pub(crate) async fn start_of(
        &self,
        id: &ProjectionId,
        start: Start,
    ) -> Result<Position, RunError> {
        if administration::known(&self.kept, id).await?.is_some() {
            return Ok(Position::START);
        }
        Ok(Box::pin(first_place(&self.log, start)).await?)
    }

    /// Wakes the nodes of a projection in this process, so that they need not wait for the next heartbeat.
    pub(super) fn ask_to_look(&self, name: &ProjectionName) {
        self.followed.of(name).asked.send_replace(());
    }

    /// Runs a consumer of the log on this process.
    pub(crate) async fn start<W, C>(
        &self,
        sink: W,
        consumer: C,
        options: RunOptions,
    ) -> Result<Running, RunError>
    where
        W: Sink<P>,
        C: Consumer<W::Db>,
    {
        let (log, kept) = (self.log.clone(), self.kept.clone());
        let started = runner::start(log, kept, sink, consumer, options, &self.followed);
        Box::pin(started).await
    }
}

impl<S: Clone, P: Clone> Clone for Projections<S, P> {
    fn clone(&self) -> Self {
        let followed = Arc::clone(&self.followed);
        Self { log: self.log.clone(), kept: self.kept.clone(), followed }
    }
}

impl<S, P> fmt::Debug for Projections<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projections").finish_non_exhaustive()
    }
}
