//! A decision that somebody asked for, whatever its type.

use std::any::Any;
use std::collections::HashSet;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;

use crate::event::encode_error::EncodeError;
use crate::event::metadata::Metadata;
use crate::event::recorded::RecordedEvent;
use crate::store::append_error::ConditionFailed;
use crate::store::query::{InvalidQuery, Query, QueryItem};
use crate::write::decisions::decided::DecidedEvents;
use crate::write::decisions::joint::AnyModels;
use crate::write::decisions::{Decided, Decision, DecisionError, DecisionModels, TaggedEvents};

/// The payload of a panic, as it goes on elsewhere.
pub(crate) type Panic = Box<dyn Any + Send>;

/// The answer to the caller; the outer error is a panic of the decision, which goes on there.
pub(crate) type Answer<D> =
    Result<Result<Decided<<D as Decision>::Model>, DecisionError<<D as Decision>::Error>>, Panic>;

/// A decision and where its answer goes. If its caller is gone nobody reads the answer.
pub(crate) struct Request {
    pub(crate) decision: Box<dyn AnyDecision>,
    /// The keys on which it meets others: of each item of its condition the first tag, which stores
    /// lock; the item itself if it has none.
    pub(crate) keys: HashSet<QueryItem>,
    /// The decision's own.
    pub(crate) span: Span,
    /// The runtime of its caller, and so where it may run.
    pub(crate) runtime: Option<Handle>,
    /// The attempt that it is in, from 1.
    pub(crate) attempts: u32,
    since: Instant,
}

/// Reasons why a decision came to nothing that was not refused.
pub(crate) enum Failure {
    Overtaken(ConditionFailed),
    /// The decision, or what it rests on, panicked.
    Panicked(Panic),
    /// An error that does not depend on the decision's own error type.
    Other(DecisionError<Infallible>),
}

/// A decision of some type, and its caller.
pub(crate) trait AnyDecision: Send {
    fn models(&self) -> Box<dyn AnyModels>;
    fn is_wanted(&self) -> bool;
    /// The events of the decision; none if it was refused, which is told when that is confirmed.
    fn decide(&mut self, models: &dyn AnyModels) -> Option<DecidedEvents>;
    /// An event of the decision cannot be read.
    fn refuse(&mut self, unreadable: EncodeError);
    /// Its models panicked at an event of the decision.
    fn panicked(&mut self, panic: Panic);
    /// Tells the refusal of the last decision.
    fn refused(self: Box<Self>);
    fn granted(self: Box<Self>, models: Box<dyn AnyModels>, events: Vec<RecordedEvent>);
    fn failed(self: Box<Self>, failure: Failure, attempts: u32, elapsed: Duration);
}

impl Request {
    pub(crate) fn new<D: Decision>(
        decision: D,
        metadata: Metadata,
        span: Span,
    ) -> Result<(Self, oneshot::Receiver<Answer<D>>), InvalidQuery> {
        let mut keys = HashSet::new();
        let conditions = DecisionModels::conditions(&decision.model())?;
        for item in conditions.iter().flat_map(Query::items) {
            keys.insert(match item.tags().first() {
                Some(tag) => QueryItem::new(Vec::new(), vec![tag.clone()])?,
                None => item.clone(),
            });
        }
        let (caller, answer) = oneshot::channel();
        let decision =
            Box::new(Asked { decision, metadata, caller: Some(caller), outcome: Outcome::None });
        let runtime = Handle::try_current().ok();
        let since = Instant::now();
        Ok((Self { decision, keys, span, runtime, attempts: 1, since }, answer))
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.decision.is_wanted()
    }

    /// The time that is left to it, of so much.
    pub(crate) fn left(&self, limit: Duration) -> Duration {
        limit.saturating_sub(self.since.elapsed())
    }

    pub(crate) fn granted(self, models: Box<dyn AnyModels>, events: Vec<RecordedEvent>) {
        if let Some(position) = events.iter().map(|event| event.position).max() {
            self.span.record("es.global_position", position.0);
        }
        self.decision.granted(models, events);
    }

    pub(crate) fn failed(self, failure: Failure) {
        self.decision.failed(failure, self.attempts, self.since.elapsed());
    }
}

struct Asked<D: Decision> {
    decision: D,
    metadata: Metadata,
    caller: Option<oneshot::Sender<Answer<D>>>,
    outcome: Outcome<D>,
}

/// The outcome of the last decision, if there is no event.
enum Outcome<D: Decision> {
    None,
    Refused(DecisionError<D::Error>),
    Panicked(Panic),
}

impl<D: Decision> Asked<D> {
    fn tell(&mut self, answer: Answer<D>) {
        if let Some(caller) = self.caller.take() {
            // Whoever went away has given up the answer.
            let _ = caller.send(answer);
        }
    }

    fn events(&self, models: &D::Model) -> Result<DecidedEvents, DecisionError<D::Error>> {
        let events = self.decision.decide(models).map_err(DecisionError::Rejected)?;
        DecidedEvents::of(&events.into_tagged(), &self.metadata)
    }
}

impl<D: Decision> AnyDecision for Asked<D> {
    fn models(&self) -> Box<dyn AnyModels> {
        Box::new(self.decision.model())
    }

    fn is_wanted(&self) -> bool {
        self.caller.as_ref().is_some_and(|caller| !caller.is_closed())
    }

    fn decide(&mut self, models: &dyn AnyModels) -> Option<DecidedEvents> {
        let models = models.as_any().downcast_ref::<D::Model>()?;
        match catch_unwind(AssertUnwindSafe(|| self.events(models))) {
            Ok(Ok(events)) => Some(events),
            Ok(Err(refusal)) => {
                self.outcome = Outcome::Refused(refusal);
                None
            }
            Err(panic) => {
                self.panicked(panic);
                None
            }
        }
    }

    fn refuse(&mut self, unreadable: EncodeError) {
        self.outcome = Outcome::Refused(unreadable.into());
    }

    fn panicked(&mut self, panic: Panic) {
        self.outcome = Outcome::Panicked(panic);
    }

    fn refused(mut self: Box<Self>) {
        match std::mem::replace(&mut self.outcome, Outcome::None) {
            Outcome::None => {}
            Outcome::Refused(refusal) => self.tell(Ok(Err(refusal))),
            Outcome::Panicked(panic) => self.tell(Err(panic)),
        }
    }

    fn granted(mut self: Box<Self>, models: Box<dyn AnyModels>, events: Vec<RecordedEvent>) {
        if let Ok(model) = models.into_any().downcast::<D::Model>() {
            self.tell(Ok(Ok(Decided { model: *model, events, again: false })));
        }
    }

    fn failed(mut self: Box<Self>, failure: Failure, attempts: u32, elapsed: Duration) {
        self.tell(match failure {
            Failure::Overtaken(source) => {
                Ok(Err(DecisionError::Overtaken { attempts, elapsed, source }))
            }
            Failure::Panicked(panic) => Err(panic),
            Failure::Other(error) => Ok(Err(error.of_another())),
        });
    }
}
