//! An instance as a node has it in hand: read from the store, told something, appended.

use std::panic::AssertUnwindSafe;
use std::pin::pin;

use futures_util::{FutureExt, TryStreamExt};

use super::command::{answer_to, expected};
use super::counters;
use super::error::{InstanceError, TellError};
use crate::event::metadata::Metadata;
use crate::event::recorded::{NewEvent, Recorded, RecordedEvent};
use crate::process::{
    Answer, Attempt, Ignored, Input, Instance, Next, Plan, Reaction, Saga, SagaError, SagaEvent,
    UntypedSaga,
};
use crate::store::append::{Append, StreamAppend};
use crate::store::append_error::{AppendError, Conflict};
use crate::store::cursor::Cursor;
use crate::store::dyn_event_store::DynEventStore;
use crate::store::event_store::EventStore;
use crate::store::paging;
use crate::store::silence::answered;
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;
use crate::write::contention::{Attempts, TIME_LIMIT};
use crate::write::retry;

/// An instance, the version up to which it is read, and what its next events follow from.
#[derive(Clone, Debug)]
pub(super) struct Subject<S> {
    pub(super) instance: Instance<S>,
    pub(super) version: Version,
    /// That of the events which follow from the last one.
    metadata: Metadata,
}

/// The result of an input.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Events were stored.
    Stored,
    /// Nothing.
    Ignored(Ignored),
}

impl<S: Saga> Subject<S> {
    /// Reads the instance, as it is now.
    pub(super) async fn load<L: EventStore>(
        log: &L,
        stream: &StreamId,
    ) -> Result<Self, InstanceError> {
        Self::load_while(log, stream, |_| true).await
    }

    /// Reads the instance, with the events before the first one that is not `within`.
    pub(super) async fn load_while<L: EventStore>(
        log: &L,
        stream: &StreamId,
        within: impl Fn(&RecordedEvent) -> bool + Send,
    ) -> Result<Self, InstanceError> {
        let mut subject = Self {
            instance: Instance::new(stream.clone()),
            version: Version::NONE,
            metadata: Metadata::default(),
        };
        let events = paging::stream(log.clone(), stream.clone(), Cursor::START);
        let mut events = pin!(events);
        while let Some(event) = events.try_next().await?.filter(&within) {
            subject.fold(log, event).await?;
        }
        Ok(subject)
    }

    async fn fold<L: EventStore>(
        &mut self,
        log: &L,
        event: RecordedEvent,
    ) -> Result<(), InstanceError> {
        let (version, metadata) = (event.version, Metadata::following(&event));
        for event in event.decode::<SagaEvent>()? {
            let heard = match event.event.heard() {
                Some(position) => heard::<S, L>(log, position).await?.map(|start| start.event),
                None => None,
            };
            self.instance
                .evolve(&event.event, heard.as_ref())
                .map_err(|source| self.cannot_fold(source))?;
        }
        (self.version, self.metadata) = (version, metadata);
        Ok(())
    }

    fn cannot_fold(&self, source: SagaError) -> InstanceError {
        let (stream, source) = (self.instance.stream().clone(), Box::new(source));
        InstanceError::Fold { stream, source }
    }

    /// True if the instance was started in a version of the saga that is newer than the plan. Nothing is decided on it
    /// then.
    pub(super) fn is_newer_than(&self, plan: &Plan) -> bool {
        self.instance.version() > Some(plan.version())
    }

    /// Refuses an instance that has asked for something that this release does not know. Nothing is decided on it then:
    /// the release would take it for a failure, and take back what goes well.
    pub(super) fn expect_known(&self) -> Result<(), TellError> {
        match self.instance.request() {
            Some(request) if !S::lists(request) => Err(TellError::UnknownRequest {
                stream: self.instance.stream().clone(),
                request: request.name.clone(),
                version: request.version,
            }),
            _ => Ok(()),
        }
    }

    /// The attempt that is to be made, or is under way.
    pub(super) fn under_way(&self) -> Option<Attempt> {
        match self.instance.next() {
            Next::Perform(call) => Some(call.attempt),
            _ => None,
        }
    }

    /// Tells the instance of the event that starts it, at `position` in the log.
    pub(super) async fn start<L: EventStore>(
        &mut self,
        log: &L,
        plan: &Plan,
        position: Position,
    ) -> Result<Told, TellError> {
        let Some(start) = heard::<S, L>(log, position).await? else {
            let missing = SagaError::MissingEvent { position };
            return Err(self.cannot_fold(missing).into());
        };
        self.metadata = Metadata::following(&start);
        self.tell(log, plan, &Input::Start { event: start.event, position }).await
    }

    /// Tells the instance something, and stores what follows: all of it, or nothing. If somebody else has
    /// stored something meanwhile, the instance is read again and decides anew.
    pub(super) async fn tell<L: EventStore>(
        &mut self,
        log: &L,
        plan: &Plan,
        input: &Input<S::Start>,
    ) -> Result<Told, TellError> {
        loop {
            let (events, instance) = match self.decide(plan, input.clone())? {
                Reaction::Changed { events, instance } => (events, instance),
                Reaction::Ignored(reason) => return Ok(self.ignored(reason)),
            };
            match self.append(log, &events, None).await? {
                Ok(version) => {
                    (self.instance, self.version) = (*instance, version);
                    return Ok(Told::Stored);
                }
                Err(_) => self.reload(log).await?,
            }
        }
    }

    fn ignored(&self, reason: Ignored) -> Told {
        counters::ignored(self.instance.stream(), reason);
        Told::Ignored(reason)
    }

    fn decide(&self, plan: &Plan, input: Input<S::Start>) -> Result<Reaction<S>, TellError> {
        self.instance.decide(plan, input, Timestamp::now()).map_err(|source| {
            let (stream, source) = (self.instance.stream().clone(), Box::new(source));
            TellError::Decide { stream, source }
        })
    }

    /// Reads the instance again. What an instance without events follows from stays.
    async fn reload<L: EventStore>(&mut self, log: &L) -> Result<(), InstanceError> {
        let read = Self::load(log, self.instance.stream()).await?;
        let metadata = if read.version == Version::NONE { &self.metadata } else { &read.metadata };
        *self = Self { metadata: metadata.clone(), ..read };
        Ok(())
    }

    /// Has the command decided that is to be executed, and stores its events together with those that follow from its
    /// answer: all of them, or none.
    ///
    /// If the aggregate has changed meanwhile, the command is decided anew. `None` if the instance has: it is read again,
    /// and nothing was stored.
    pub(super) async fn execute<L: EventStore>(
        &mut self,
        log: &L,
        erased: &DynEventStore,
        plan: &Plan,
    ) -> Result<Option<Told>, TellError> {
        let mut attempts = Attempts::within(TIME_LIMIT);
        loop {
            let Next::Execute(call) = self.instance.next() else { return Ok(None) };
            let attempt = call.attempt.clone();
            let answering = answer_to::<S>(call.request, erased, &self.metadata);
            let (answer, target) = match AssertUnwindSafe(answering).catch_unwind().await {
                Ok(answered) => answered?,
                Err(_) => (Answer::Failed("the code of the command panicked".into()), None),
            };
            let input = Input::Answered { attempt, answer };
            let (events, instance) = match self.decide(plan, input)? {
                Reaction::Changed { events, instance } => (events, instance),
                Reaction::Ignored(reason) => return Ok(Some(self.ignored(reason))),
            };
            let conflict = match self.append(log, &events, target).await? {
                Ok(version) => {
                    (self.instance, self.version) = (*instance, version);
                    return Ok(Some(Told::Stored));
                }
                Err(conflict) => conflict,
            };
            if conflict.stream == *self.instance.stream() {
                self.reload(log).await?;
                return Ok(None);
            }
            if attempts.next().is_err() {
                return Err(TellError::Append(AppendError::Conflict(conflict)));
            }
            if attempts.is_locked() {
                attempts.pause().await;
            }
        }
    }

    /// Appends the events of the instance, and those of the command that they are the answer to. The version
    /// that the instance has then, or the conflict.
    async fn append<L: EventStore>(
        &self,
        log: &L,
        events: &[SagaEvent],
        target: Option<StreamAppend>,
    ) -> Result<Result<Version, Conflict>, TellError> {
        let new = |event: &SagaEvent| NewEvent::of(event, self.metadata.clone());
        let new = events.iter().map(new).collect::<Result<Vec<_>, _>>()?;
        let version = self.version.plus(new.len());
        let own = StreamAppend::new(self.instance.stream().clone(), expected(self.version), new);
        let append = Append::new([own].into_iter().chain(target).collect())?;
        match retry::append(log, &append).await {
            Ok(_) => {
                counters::stored(self.instance.stream(), events);
                Ok(Ok(version))
            }
            Err(AppendError::Conflict(conflict)) => Ok(Err(conflict)),
            Err(error) => Err(TellError::Append(error)),
        }
    }
}

/// Reads the event at `position`, if it is there, as one that starts an instance.
pub(super) async fn heard<S: Saga, L: EventStore>(
    log: &L,
    position: Position,
) -> Result<Option<Recorded<S::Start>>, InstanceError> {
    let before = Position(position.0.saturating_sub(1));
    let page = answered(log.log_page(Cursor::After(before), 1)).await?;
    let Some(event) = page.events.into_iter().find(|event| event.position == position) else {
        return Ok(None);
    };
    Ok(event.decode::<S::Start>()?.into_iter().next())
}
