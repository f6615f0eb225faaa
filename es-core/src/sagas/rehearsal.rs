//! Rehearsals: stored instances read by the code of this process, before it drives them.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;

use futures_core::Stream;
use futures_util::{StreamExt, TryStreamExt, future, stream};

use super::error::{InstanceError, RehearsalError};
use super::handle::Sagas;
use super::store::{SagaFilter, SagaQuery, SagaStore};
use super::subject::heard;
use crate::error_text::chain;
use crate::event::recorded::RecordedEvent;
use crate::process::{
    Direction, Instance, Phase, Plan, Request, Saga, SagaEvent, Step, StepName, StepPhase,
};
use crate::store::cursor::Cursor;
use crate::store::event_store::EventStore;
use crate::store::paging;
use crate::stream::{Category, StreamId, Version};

/// The number of instances that are listed at a time.
const PAGE: u32 = 100;

/// An instance as the code of this process reads it, beside what is stored of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rehearsed {
    /// The stream of the instance.
    pub stream: StreamId,
    /// The differences, in the order of its events. None if this code would have asked for the same.
    pub differences: Vec<Difference>,
}

/// A difference between what is stored of an instance and what this code would do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Difference {
    /// The instance cannot be read: a node with this code would leave it as it is.
    Unreadable(InstanceError),
    /// This code would have asked for something else.
    Request {
        /// The version of the instance at which it was asked for.
        version: Version,
        /// The step.
        step: StepName,
        /// The direction.
        direction: Direction,
        /// The stored request.
        stored: Box<Request>,
        /// The request of this code, or the reason that it prepares none.
        now: Result<Box<Request>, String>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => f.write_str(&chain(error)),
            Self::Request { version, step, stored, now, .. } => {
                let Request { name, body, .. } = &**stored;
                write!(
                    f,
                    "`{step}` at version {version} asked for `{name}` {}, and ",
                    body.as_str()
                )?;
                match now {
                    Ok(now) => write!(f, "now asks for `{}` {}", now.name, now.body.as_str()),
                    Err(error) => write!(f, "now fails: {error}"),
                }
            }
        }
    }
}

impl<L: EventStore, K: SagaStore> Sagas<L, K> {
    /// Reads all instances of the saga with the code of this process, and compares each request that was stored with the
    /// one that this code would make of the same state. Nothing is stored or asked for.
    ///
    /// Run it with a new release before the release drives anything: instances that it cannot read would stand
    /// still. The stream has every instance, those without a difference too, in the order of their keys; only one
    /// is in memory. A retired step is not asked for, so its requests are not compared; those that take it back are.
    ///
    /// # Errors
    ///
    /// If the store fails, or the saga has no plan or no name that could be run. What cannot be read is a
    /// [`Difference`].
    pub fn rehearse<S: Saga>(
        &self,
    ) -> impl Stream<Item = Result<Rehearsed, RehearsalError>> + Send + use<S, L, K> {
        let (log, kept) = (self.log.clone(), self.kept.clone());
        stream::once(future::ready(declared::<S>()))
            .map_ok(move |(plan, saga)| {
                let (log, plan) = (log.clone(), Arc::new(plan));
                instances(kept.clone(), saga).and_then(move |stream| {
                    let (log, plan) = (log.clone(), Arc::clone(&plan));
                    async move { rehearsed::<S, L>(&log, &plan, stream).await }
                })
            })
            .try_flatten()
    }
}

/// The plan of the saga, and the category of its instances.
fn declared<S: Saga>() -> Result<(Plan, Category), RehearsalError> {
    Ok((S::definition().plan()?, Category::new(S::NAME)?))
}

/// The streams of all instances, in the order of their keys.
fn instances<K: SagaStore>(
    kept: K,
    saga: Category,
) -> impl Stream<Item = Result<StreamId, RehearsalError>> + Send {
    let pages = stream::try_unfold(SagaFilter::new(saga), move |filter| {
        let kept = kept.clone();
        async move {
            let rows = kept.find(&SagaQuery::List(filter.clone()), PAGE).await?;
            let Some(last) = rows.last() else { return Ok::<_, RehearsalError>(None) };
            let next = filter.with_after(last.stream.key().clone());
            Ok(Some((rows, next)))
        }
    });
    pages.map_ok(|rows| stream::iter(rows).map(|row| Ok(row.stream))).try_flatten()
}

async fn rehearsed<S: Saga, L: EventStore>(
    log: &L,
    plan: &Plan,
    stream: StreamId,
) -> Result<Rehearsed, RehearsalError> {
    let mut instance = Instance::<S>::new(stream.clone());
    let mut differences = Vec::new();
    let mut events = pin!(paging::stream(log.clone(), stream.clone(), Cursor::START));
    while let Some(event) = events.try_next().await? {
        match played(log, plan, &mut instance, event, &mut differences).await {
            Ok(()) => {}
            Err(InstanceError::Store(error)) => return Err(error.into()),
            Err(error) => {
                differences.push(Difference::Unreadable(error));
                break;
            }
        }
    }
    Ok(Rehearsed { stream, differences })
}

/// Compares an event with what this code would do, and applies it.
async fn played<S: Saga, L: EventStore>(
    log: &L,
    plan: &Plan,
    instance: &mut Instance<S>,
    event: RecordedEvent,
    differences: &mut Vec<Difference>,
) -> Result<(), InstanceError> {
    let version = event.version;
    for event in event.decode::<SagaEvent>()? {
        let asked = asked(&event.event).filter(|(step, direction, _)| {
            !is_further_attempt(instance.phase()) && !is_retired(plan, step, *direction)
        });
        if let Some((step, direction, stored)) = asked {
            let now = instance.prepare(step, direction);
            if now.as_ref().ok() != Some(stored) {
                differences.push(Difference::Request {
                    version,
                    step: step.clone(),
                    direction,
                    stored: Box::new(stored.clone()),
                    now: now.map(Box::new).map_err(|error| chain(&error)),
                });
            }
        }
        let start = match event.event.heard() {
            Some(position) => heard::<S, L>(log, position).await?.map(|start| start.event),
            None => None,
        };
        instance.evolve(&event.event, start.as_ref()).map_err(|source| {
            let (stream, source) = (instance.stream().clone(), Box::new(source));
            InstanceError::Fold { stream, source }
        })?;
    }
    Ok(())
}

/// The request that an attempt has begun with.
fn asked(event: &SagaEvent) -> Option<(&StepName, Direction, &Request)> {
    match event {
        SagaEvent::StepStarted(begun) => Some((&begun.step, Direction::Step, &begun.request)),
        SagaEvent::CompensationStarted(begun) => {
            Some((&begun.step, Direction::Compensation, &begun.request))
        }
        _ => None,
    }
}

/// True if the attempt that begins now has the request of the one before it. The number tells nothing: when an
/// operator asks for further attempts the request is prepared anew, and an attempt without a request counts too.
fn is_further_attempt(phase: &Phase) -> bool {
    let (Phase::Forward { course, .. } | Phase::Compensating { course, .. }) = phase else {
        return false;
    };
    matches!(course, StepPhase::Waiting(_))
}

/// True if the step itself is not asked for any more. It is still taken back.
fn is_retired(plan: &Plan, step: &StepName, direction: Direction) -> bool {
    let is_step = |retired: &Step| retired.name() == step.as_str();
    direction == Direction::Step && plan.retired().iter().any(is_step)
}
