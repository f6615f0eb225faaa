//! Execution of decisions: read, decide, append on a condition, and retry if others were faster.

use std::any::type_name;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use crate::event::encode_error::EncodeError;
use crate::event::metadata::Metadata;
use crate::event::recorded::RecordedEvent;
use crate::store::append::Append;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::query::Condition;
use crate::store::spans;
use crate::store::token::Token;
use crate::stream::Position;
use crate::write::contention;
use crate::write::decisions::batch::run;
use crate::write::decisions::decided::DecidedEvents;
use crate::write::decisions::meeting::{Entered, Meeting, Turn, run_with};
use crate::write::decisions::reading::{Reading, Seen};
use crate::write::decisions::request::Request;
use crate::write::decisions::{Decision, DecisionError, TaggedEvents};

/// Decisions across streams in one store.
///
/// Shows a [`Decision`] its models with all that has happened to them, and appends what it decides
/// on the condition that nothing else has happened meanwhile that the models mind
/// ([`DecisionModel::condition`](crate::DecisionModel::condition)). If something has, it reads what
/// is new, and only that, and asks again.
///
/// What an accepted decision knew stays true in the order of the log: between what it has seen and
/// its own events stands nothing that it would have had to know. A refusal, and a decision without
/// events, store nothing and need no condition; they rest on what was read a moment before.
///
/// # Decisions that meet
///
/// Decisions of one `Decisions` and its clones that share a tag are taken one after another, each on
/// what those before it decided, and appended together, in the order in which they came; each has an
/// answer of its own. A tag is shared if the condition of both asks for it first, in any of its items.
/// Decisions that share none run side by side, and one that meets nobody goes by itself. Nobody waits
/// for a future that is kept and not polled.
///
/// Where other processes decide on the same tags, a decision that was overtaken twice waits for its
/// turn at them ([`EventStore::lock`]), and is taken and appended while nobody else writes them. So
/// somebody succeeds at any time, and nobody starves. [`with_time_limit`](Self::with_time_limit) bounds
/// it.
///
/// # Beside aggregates
///
/// Aggregates and decisions go together. An event of an aggregate that has tags is seen by models,
/// and a decision's event is found in the stream of its first tag; only a repository that shares the
/// stream sees it as a conflict.
#[derive(Clone, Debug)]
pub struct Decisions<S> {
    store: S,
    time_limit: Duration,
    meeting: Option<Arc<Meeting>>,
}

/// The outcome of a decision.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decided<M> {
    /// The models as they were decided on, with the events of the decision.
    pub model: M,
    /// The events of the decision, in its order; empty if it changed nothing. They are in stored
    /// form: [`decode`](crate::RecordedEvent::decode) gives the types back.
    pub events: Vec<RecordedEvent>,
    /// True if it is the answer of an earlier time.
    pub(super) again: bool,
}

impl<M> Decided<M> {
    /// True if the decision was taken when its request came an earlier time, and this is the answer of then:
    /// [`Decisions::execute_once`](crate::Decisions::execute_once).
    ///
    /// True for a decision that changed nothing also where the store had to be told its answer twice.
    #[must_use]
    pub fn again(&self) -> bool {
        self.again
    }

    /// The greatest position of the events; `None` if the decision changed nothing.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.events.iter().map(|event| event.position).max()
    }

    /// The token for [`ProjectionHandle::wait_for`](crate::projection::ProjectionHandle::wait_for), with
    /// which a reader sees what was decided; `None` if the decision changed nothing.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.position().map(Token::from)
    }
}

impl<S: EventStore> Decisions<S> {
    /// The time for which [`execute`](Self::execute) goes on against others, unless told otherwise.
    pub const DEFAULT_TIME_LIMIT: Duration = contention::TIME_LIMIT;

    /// Creates the runtime of decisions on the events in `store`.
    #[must_use]
    pub fn new(store: S) -> Self {
        let meeting = Some(Arc::default());
        Self { store, time_limit: Self::DEFAULT_TIME_LIMIT, meeting }
    }

    /// Turns batching off: each decision goes by itself, also where several meet on a tag. They may
    /// then break one another's conditions, as decisions of other processes do, and are taken
    /// again.
    #[must_use]
    pub fn without_batching(mut self) -> Self {
        self.meeting = None;
        self
    }

    /// Retries for at most `limit`, instead of ten seconds, when others are faster; then the
    /// decision fails with [`DecisionError::Overtaken`]. There is always one attempt, and with
    /// [`Duration::ZERO`] no more; a limit beyond a day is a day.
    ///
    /// The second attempt follows at once. Each further one waits for its turn at the tags; where the
    /// store has no [locks](EventStore::lock), for 1, 2, 4 … 100 ms and a random time of up to the same
    /// length.
    #[must_use]
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit.min(contention::LONGEST);
        self
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Reads, decides and appends; if others were faster, reads what is new and retries, for a
    /// [bounded time](Self::with_time_limit).
    ///
    /// The decision becomes the start of a new chain: a fresh id is correlation and causation of
    /// its events.
    ///
    /// Waits between attempts with tokio's timer, so it needs a runtime that has one.
    ///
    /// If the store fails in a way [that a moment may cure](crate::StoreError::is_transient), what was
    /// asked goes out again for some seconds, an append as it was: its events are stored once, also if
    /// only the answer was lost. See [`Repository::execute`](crate::Repository::execute).
    #[expect(clippy::type_complexity, reason = "a name for it would hide what is answered")]
    pub fn execute<D: Decision>(
        &self,
        decision: D,
    ) -> BoxFuture<'_, Result<Decided<D::Model>, DecisionError<D::Error>>> {
        self.execute_with(decision, Metadata::default())
    }

    /// Executes like [`execute`](Self::execute), with what is known of the request: a [`Metadata`],
    /// or the recorded event that the decision follows from.
    ///
    /// Correlation and causation that are left open are filled in.
    // A future without a type of its own: the compiler would ask a type for its bounds at the call and at
    // `.await` once more, and say of what is no decision three times that it is none.
    #[expect(clippy::type_complexity, reason = "a name for it would hide what is answered")]
    pub fn execute_with<D: Decision>(
        &self,
        decision: D,
        metadata: impl Into<Metadata>,
    ) -> BoxFuture<'_, Result<Decided<D::Model>, DecisionError<D::Error>>> {
        let metadata = metadata.into();
        let executing = async move {
            let metadata = metadata.completed();
            let span = spans::decision(name_of::<D>());
            self.ask(decision, metadata, &span).instrument(span.clone()).await
        };
        executing.boxed()
    }

    /// Reads and decides, and leaves the append to the caller: to a store that can join a transaction
    /// of the caller's, `es_postgres::PgStore::append_within`. `None` if nothing was decided.
    ///
    /// The append holds its condition, so what was decided stays true in that transaction or is
    /// refused with [`AppendError::Condition`](crate::AppendError::Condition). Then decide anew.
    pub fn decide<D: Decision>(
        &self,
        decision: D,
        metadata: impl Into<Metadata>,
    ) -> BoxFuture<'_, Result<Option<Append>, DecisionError<D::Error>>> {
        let metadata = metadata.into();
        let deciding = async move {
            let metadata = metadata.completed();
            let deciding = async {
                let mut reading = Reading::new(decision.model())?;
                let taken = self.take(&decision, &mut reading, &metadata).await?;
                let (events, condition) = taken;
                Ok(events.append(condition))
            };
            deciding.instrument(spans::decision(name_of::<D>())).await
        };
        deciding.boxed()
    }

    async fn ask<D: Decision>(
        &self,
        decision: D,
        metadata: Metadata,
        span: &Span,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>> {
        let (request, answer) = Request::new(decision, metadata, span.clone())?;
        let (store, limit) = (self.store.clone(), self.time_limit);
        match (&self.meeting, Handle::try_current()) {
            (Some(meeting), Ok(runtime)) => {
                if let Entered::First(request, run, first) = meeting.enter(request, &runtime) {
                    let turn = Turn::new(run, store, limit);
                    // Without an answer if its runtime has ended: then there is none here either.
                    let deciding = run_with(turn, vec![request]).boxed();
                    let _ = first.drive(deciding, Waker::noop()).await;
                }
            }
            // A task, since it may come to hold what others wait for.
            (None, Ok(runtime)) => {
                let task = async move { run(&store, limit, vec![request], None).await };
                drop(runtime.spawn(task.in_current_span()));
            }
            (_, Err(_)) => run(&store, limit, vec![request], None).boxed().await,
        }
        match answer.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(stopped) => {
                let error = StoreError::new(StoreErrorKind::Unavailable, stopped);
                Err(DecisionError::Append(error.into()))
            }
        }
    }

    /// Makes one attempt. An error, also an event that cannot be read again, comes before anything
    /// is stored.
    async fn take<D: Decision>(
        &self,
        decision: &D,
        reading: &mut Reading<D::Model>,
        metadata: &Metadata,
    ) -> Result<(DecidedEvents, Condition), DecisionError<D::Error>> {
        let span = spans::query();
        let Seen { mut model, condition, events } =
            reading.read_on(&self.store).instrument(span.clone()).await?;
        span.record("es.events.count", events);
        let events = decided(decision, reading, &mut model, metadata)?;
        Ok((events, condition))
    }

    pub(super) fn time_limit(&self) -> Duration {
        self.time_limit
    }
}

/// The events of a decision, and the models with them.
pub(super) fn decided<D: Decision>(
    decision: &D,
    reading: &Reading<D::Model>,
    model: &mut D::Model,
    metadata: &Metadata,
) -> Result<DecidedEvents, DecisionError<D::Error>> {
    let events = decision.decide(model).map_err(DecisionError::Rejected)?;
    let events = DecidedEvents::of(&events.into_tagged(), metadata)?;
    for new in events.in_order_of_the_log() {
        let unreadable = |source| EncodeError::new(new.event.name.clone(), source);
        reading.fold_new(model, new).map_err(unreadable)?;
    }
    Ok(events)
}

/// The models of a decision with all that has happened to them.
pub(crate) async fn read<D: Decision, S: EventStore>(
    store: &S,
    decision: &D,
) -> Result<D::Model, DecisionError<D::Error>> {
    Ok(Reading::new(decision.model())?.read_on(store).await?.model)
}

/// The name of a decision in logs, and in the fingerprints of its requests: that of its type, without the modules.
pub(super) fn name_of<D>() -> &'static str {
    let name = type_name::<D>();
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit("::").next().unwrap_or(plain)
}
