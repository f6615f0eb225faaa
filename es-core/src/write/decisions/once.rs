//! Decisions that are answered once, however often a client sends them.

use std::panic::resume_unwind;
use std::vec;

use futures_core::future::BoxFuture;
use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use crate::event::metadata::Metadata;
use crate::event::recorded::RecordedEvent;
use crate::store::append::Append;
use crate::store::append_error::AppendError;
use crate::store::append_lock::AppendLock;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::query::Condition;
use crate::store::request::{AnsweredRequest, RequestId, RequestScope};
use crate::store::silence::answered;
use crate::store::spans;
use crate::stream::{Position, StreamId, Version};
use crate::write::contention::{self, Attempts};
use crate::write::decisions::batch::read;
use crate::write::decisions::decided::DecidedEvents;
use crate::write::decisions::reading::{Reading, Seen};
use crate::write::decisions::runtime::{decided, name_of};
use crate::write::decisions::{Decided, Decision, DecisionError, Decisions};
use crate::write::once::{AskedOnce, OnceFailure};
use crate::write::retry::until_answered;

/// The answer to a decision, as it is kept. What it rested on and its events are in the store already.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptAnswer<E> {
    Decided(KeptDecided),
    Rejected(E),
}

#[derive(Serialize, Deserialize)]
struct KeptDecided {
    /// The position up to which it knew all events.
    after: Position,
    /// The events beyond it that it knew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    known: Vec<Position>,
    /// The streams of the append, each with its number of events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    streams: Vec<(StreamId, usize)>,
    /// The stream of each event, by its place among them, in the order of the decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    order: Vec<usize>,
}

impl KeptDecided {
    fn new(condition: &Condition, events: &DecidedEvents) -> Self {
        let (after, known) = (condition.after, condition.known.clone());
        Self { after, known, streams: events.streams(), order: events.order().to_vec() }
    }
}

impl<S: EventStore> Decisions<S> {
    /// Executes a decision that a client may send again, an HTTP request with an `Idempotency-Key` for example:
    /// it is taken once, and answered each time as it was the first time.
    ///
    /// The guarantees are those of [`Repository::execute_once`](crate::Repository::execute_once), with the
    /// name of the decision's type and its fields as the command. The name is without its modules and generic
    /// arguments, so that a release may move the type: two decisions of one name with the same fields are one
    /// command. All decisions of a store share one scope: two of them have two request ids. The model of a later answer is folded from the log anew: from the events that
    /// the decision knew, and its own; where a stream was [transformed](crate::TransformStore) since, the events
    /// that are gone from it are missing.
    ///
    /// A look-up comes before the decision, and a row is stored with its events. The decision is not batched
    /// with [others that it meets](Self#decisions-that-meet), for which it is one of another process.
    ///
    /// A decision that never refuses names [`NoRejection`](crate::NoRejection) as its error, which can be written
    /// as JSON; `Infallible` cannot.
    ///
    /// # Errors
    ///
    /// Those of [`execute`](Self::execute), and [`DecisionError::Request`].
    #[expect(clippy::type_complexity, reason = "a name for it would hide what is answered")]
    pub fn execute_once<D>(
        &self,
        request: &RequestId,
        decision: D,
    ) -> BoxFuture<'_, Result<Decided<D::Model>, DecisionError<D::Error>>>
    where
        D: Decision + Serialize,
        D::Error: Serialize + DeserializeOwned,
    {
        self.execute_once_with(request, decision, Metadata::default())
    }

    /// Executes like [`execute_once`](Self::execute_once), with what is known of the request: see
    /// [`execute_with`](Self::execute_with).
    #[expect(clippy::type_complexity, reason = "a name for it would hide what is answered")]
    pub fn execute_once_with<D>(
        &self,
        request: &RequestId,
        decision: D,
        metadata: impl Into<Metadata>,
    ) -> BoxFuture<'_, Result<Decided<D::Model>, DecisionError<D::Error>>>
    where
        D: Decision + Serialize,
        D::Error: Serialize + DeserializeOwned,
    {
        let (request, metadata) = (request.clone(), metadata.into());
        let executing = async move {
            let span = spans::decision(name_of::<D>());
            let metadata = metadata.completed();
            let scope = RequestScope::decisions();
            let asked = AskedOnce::new(scope, &request, name_of::<D>(), &"", &decision)?;
            let answering = self.answer_once(asked, decision, metadata, &span);
            answering.instrument(span.clone()).await
        };
        executing.boxed()
    }

    /// Answers on a task, if there is a runtime: the decision may come to hold what others wait for.
    async fn answer_once<D>(
        &self,
        asked: AskedOnce,
        decision: D,
        metadata: Metadata,
        span: &Span,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>>
    where
        D: Decision,
        D::Error: Serialize + DeserializeOwned,
    {
        let (decisions, span) = (self.clone(), span.clone());
        let deciding =
            async move { decisions.find_or_decide(&asked, &decision, &metadata, &span).await };
        let Ok(runtime) = Handle::try_current() else { return deciding.boxed().await };
        match runtime.spawn(deciding.in_current_span()).await {
            Ok(answer) => answer,
            Err(ended) if ended.is_panic() => resume_unwind(ended.into_panic()),
            Err(ended) => {
                let error = StoreError::new(StoreErrorKind::Unavailable, ended);
                Err(DecisionError::Append(error.into()))
            }
        }
    }

    async fn find_or_decide<D>(
        &self,
        asked: &AskedOnce,
        decision: &D,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>>
    where
        D: Decision,
        D::Error: Serialize + DeserializeOwned,
    {
        let mut reading = Reading::new(decision.model())?;
        if let Some(first) = asked.find(self.store()).await? {
            return self.answer_again::<D>(&reading, asked, &first).await;
        }
        let answer = self.decide_once(asked, decision, &mut reading, metadata, span).await;
        let first = match &answer {
            Err(DecisionError::Rejected(error)) => {
                asked.keep(self.store(), &KeptAnswer::Rejected(error)).await?
            }
            Err(DecisionError::Append(AppendError::Answered(first))) => Some((**first).clone()),
            Ok(Taken { rests_on: Some(condition), .. }) => {
                let kept = KeptDecided::new(condition, &DecidedEvents::default());
                asked.keep(self.store(), &KeptAnswer::<()>::Decided(kept)).await?
            }
            Ok(_) | Err(_) => None,
        };
        match first {
            Some(first) => self.answer_again::<D>(&reading, asked, &first).await,
            None => answer.map(|taken| taken.decided),
        }
    }

    /// Reads, decides and appends; if others were faster, reads on.
    async fn decide_once<D: Decision>(
        &self,
        asked: &AskedOnce,
        decision: &D,
        reading: &mut Reading<D::Model>,
        metadata: &Metadata,
        span: &Span,
    ) -> Result<Taken<D::Model>, DecisionError<D::Error>> {
        let mut attempts = Attempts::within(self.time_limit());
        let mut lost: Option<Append> = None;
        loop {
            span.record("es.attempts", attempts.nth);
            let mut lock = self.lock_if_contended(&mut attempts, lost.as_ref()).await;
            let seen = read(self.store(), &mut lock, reading).await;
            let Seen { mut model, condition, .. } = seen.map_err(DecisionError::of_another)?;
            let events = decided(decision, reading, &mut model, metadata)?;
            let kept = KeptDecided::new(&condition, &events);
            let Some(append) = events.append(condition.clone()) else {
                let decided = Decided { model, events: Vec::new(), again: false };
                return Ok(Taken { decided, rests_on: Some(condition) });
            };
            let append = append.with_request(asked.answered(&KeptAnswer::<()>::Decided(kept))?);
            match contention::append(self.store(), lock, &append).await {
                Ok(appended) => {
                    let decided =
                        Decided { model, events: events.recorded(&appended), again: false };
                    if let Some(position) = decided.position() {
                        span.record("es.global_position", position.0);
                    }
                    return Ok(Taken { decided, rests_on: None });
                }
                Err(AppendError::Condition(source)) => {
                    attempts.next().map_err(|over| DecisionError::Overtaken {
                        attempts: over.attempts,
                        elapsed: over.elapsed,
                        source,
                    })?;
                    lost = Some(append);
                }
                Err(error) => return Err(DecisionError::Append(error)),
            }
        }
    }

    /// The turn at the tags of an append that was overtaken twice.
    async fn lock_if_contended(
        &self,
        attempts: &mut Attempts,
        lost: Option<&Append>,
    ) -> Option<AppendLock> {
        let draft = lost.filter(|_| attempts.is_locked())?;
        let lock = contention::lock(self.store(), draft, attempts.left()).await;
        if lock.is_none() {
            attempts.pause().await;
        }
        lock
    }

    /// The answer of the first time.
    async fn answer_again<D>(
        &self,
        reading: &Reading<D::Model>,
        asked: &AskedOnce,
        first: &AnsweredRequest,
    ) -> Result<Decided<D::Model>, DecisionError<D::Error>>
    where
        D: Decision,
        D::Error: DeserializeOwned,
    {
        let kept = match asked.read(first)? {
            KeptAnswer::Decided(kept) => kept,
            KeptAnswer::Rejected(error) => return Err(DecisionError::Rejected(error)),
        };
        let events = self.stored_events(&kept, &first.versions).await?;
        let mut known = kept.known;
        known.extend(events.iter().map(|event| event.position));
        let model = reading.read_back(self.store(), kept.after, &known).await?;
        Ok(Decided { model, events, again: true })
    }

    /// The events of a decision, in its order.
    async fn stored_events(
        &self,
        kept: &KeptDecided,
        versions: &[Version],
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let mut streams: Vec<vec::IntoIter<RecordedEvent>> = Vec::new();
        for ((stream, events), version) in kept.streams.iter().zip(versions) {
            let before = Cursor::After(Version(version.0.saturating_sub(*events as u64)));
            let limit = u32::try_from(*events).unwrap_or(u32::MAX);
            let page = || answered(self.store().stream_page(stream, before, limit));
            streams.push(until_answered(page).await?.into_iter());
        }
        let next = |nth: &usize| streams.get_mut(*nth).and_then(Iterator::next);
        Ok(kept.order.iter().filter_map(next).collect())
    }
}

/// A decision that was taken now.
struct Taken<M> {
    decided: Decided<M>,
    /// The condition that it rests on, if no event was stored.
    rests_on: Option<Condition>,
}

impl<E> From<OnceFailure> for DecisionError<E> {
    fn from(failure: OnceFailure) -> Self {
        match failure {
            OnceFailure::Request(error) => Self::Request(error),
            OnceFailure::Store(error) => Self::Read(error),
        }
    }
}
