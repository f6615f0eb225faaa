//! From a wish to its events: read, decide, append on a condition, and again if others were faster.

use std::any::type_name;

use futures_util::FutureExt;
use tracing::{Instrument, Span};

use crate::append::Append;
use crate::backoff;
use crate::decisions::decided::DecidedEvents;
use crate::decisions::reading::{Reading, Seen};
use crate::decisions::{Decision, DecisionError, TaggedEvents};
use crate::error::{AppendError, EncodeError};
use crate::metadata::Metadata;
use crate::projection::Token;
use crate::query::Condition;
use crate::recorded::RecordedEvent;
use crate::resend;
use crate::spans;
use crate::store::EventStore;
use crate::stream::Position;

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
/// Aggregates and decisions go together. An event of an aggregate that has tags is seen by models,
/// and a decision's event is found in the stream of its first tag; only a repository that shares the
/// stream sees it as a conflict.
#[derive(Clone, Debug)]
pub struct Decisions<S> {
    store: S,
    max_attempts: u32,
}

/// What a decision did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Decided<M> {
    /// The models as they were decided on, with the events of the decision.
    pub model: M,
    /// What happened, in the order of the decision; empty if it changed nothing. As the store has
    /// it: [`decode`](crate::RecordedEvent::decode) gives the types back.
    pub events: Vec<RecordedEvent>,
}

impl<M> Decided<M> {
    /// The greatest position of the events; `None` if the decision changed nothing.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.events.iter().map(|event| event.position).max()
    }

    /// What a reader hands to [`Projections::wait_for`](crate::projection::Projections::wait_for) to see
    /// what was decided; `None` if the decision changed nothing.
    #[must_use]
    pub fn token(&self) -> Option<Token> {
        self.position().map(Token::from)
    }
}

impl<S: EventStore> Decisions<S> {
    /// How often [`execute`](Self::execute) tries before it gives up, unless told otherwise.
    pub const DEFAULT_MAX_ATTEMPTS: u32 = 10;

    /// Decisions on what is in `store`.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self { store, max_attempts: Self::DEFAULT_MAX_ATTEMPTS }
    }

    /// Tries at most `attempts` times (at least once) when others are faster.
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

    /// Reads, decides, appends; if others were faster once more with what is new, up to a bound.
    ///
    /// The decision becomes the start of a new chain: a fresh id is correlation and causation of
    /// its events.
    ///
    /// Waits between attempts with tokio's timer, so it needs a runtime that has one.
    ///
    /// If the store fails in a way [that a moment may cure](crate::StoreError::is_transient), what was
    /// asked goes out again for some seconds, an append as it was: its events are stored once, also if
    /// only the answer was lost. See [`Repository::execute`](crate::Repository::execute).
    pub async fn execute<D: Decision>(
        &self,
        decision: D,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>> {
        self.execute_with(decision, Metadata::default()).await
    }

    /// As [`execute`](Self::execute), with what is known of the request: a [`Metadata`], or the
    /// recorded event that the decision follows from.
    ///
    /// Correlation and causation that are left open are filled in.
    pub async fn execute_with<D: Decision>(
        &self,
        decision: D,
        metadata: impl Into<Metadata>,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>> {
        let metadata = metadata.into().completed();
        let span = spans::decision(name_of::<D>());
        self.execute_until_done(&decision, &metadata, &span).instrument(span.clone()).boxed().await
    }

    /// Reads and decides, and leaves the append to the caller: to a store that can join a transaction
    /// of the caller's, `es_postgres::PgStore::append_within`. `None` if nothing was decided.
    ///
    /// The append holds its condition, so what was decided stays true in that transaction or is
    /// refused with [`AppendError::Condition`]. Then decide anew.
    pub async fn decide<D: Decision>(
        &self,
        decision: &D,
        metadata: impl Into<Metadata>,
    ) -> Result<Option<Append>, DecisionError<D::Error>> {
        let metadata = metadata.into().completed();
        let span = spans::decision(name_of::<D>());
        let deciding = async {
            let mut reading = Reading::new(decision.model())?;
            let taken = self.take(decision, &mut reading, &metadata).await?;
            Ok(taken.events.append(taken.condition))
        };
        deciding.instrument(span).boxed().await
    }

    async fn execute_until_done<D: Decision>(
        &self,
        decision: &D,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>> {
        let mut reading = Reading::new(decision.model())?;
        let mut delays = backoff::delays();
        let mut attempts = 1;
        loop {
            span.record("es.attempts", attempts);
            let Taken { model, events, condition } =
                self.take(decision, &mut reading, metadata).await?;
            let Some(append) = events.append(condition) else {
                return Ok(Decided { model, events: Vec::new() });
            };
            let overtaken = match resend::append(&self.store, &append).await {
                Ok(appended) => {
                    let done = Decided { model, events: events.recorded(&appended) };
                    if let Some(position) = done.position() {
                        span.record("es.global_position", position.0);
                    }
                    return Ok(done);
                }
                Err(AppendError::Condition(overtaken)) => overtaken,
                Err(error) => return Err(DecisionError::Append(error)),
            };
            if attempts == self.max_attempts {
                return Err(DecisionError::Overtaken { attempts, source: overtaken });
            }
            if attempts > 1 {
                tokio::time::sleep(delays.next().unwrap_or_default()).await;
            }
            attempts += 1;
        }
    }

    /// One look at the store, and what follows from it. Whatever fails, fails before anything is
    /// stored: an event that cannot be read again as well.
    async fn take<D: Decision>(
        &self,
        decision: &D,
        reading: &mut Reading<D::Model>,
        metadata: &Metadata,
    ) -> Result<Taken<D::Model>, DecisionError<D::Error>> {
        let span = spans::query();
        let Seen { mut model, condition, events } =
            reading.read_on(&self.store).instrument(span.clone()).await?;
        span.record("es.events.count", events);
        let events = decision.decide(&model).map_err(DecisionError::Rejected)?;
        let events = DecidedEvents::of(&events.into_tagged(), metadata)?;
        for new in events.in_order_of_the_log() {
            let unreadable = |source| EncodeError::new(new.event.name.clone(), source);
            reading.fold_new(&mut model, new).map_err(unreadable)?;
        }
        Ok(Taken { model, events, condition })
    }
}

/// The models of a decision with all that has happened to them.
pub(crate) async fn read<D: Decision, S: EventStore>(
    store: &S,
    decision: &D,
) -> Result<D::Model, DecisionError<D::Error>> {
    Ok(Reading::new(decision.model())?.read_on(store).await?.model)
}

/// A decision that was taken and not stored yet.
struct Taken<M> {
    /// With the events of the decision.
    model: M,
    events: DecidedEvents,
    condition: Condition,
}

/// The name of a decision in logs: that of its type, without the modules.
fn name_of<D>() -> &'static str {
    let name = type_name::<D>();
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit("::").next().unwrap_or(plain)
}
