//! Drive of one instance until it is at rest.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::driver::slot_of;
use super::error::{InstanceError, TellError};
use super::performs::Performs;
use super::subject::{Subject, Told};
use crate::error_text::chain;
use crate::process::{Answer, Attempt, Call, Direction, Input, Next, Plan, Saga};
use crate::read::projection::Held;
use crate::store::dyn_event_store::DynEventStore;
use crate::store::event_store::EventStore;
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// The time after which a node of an older version looks at an instance again.
const LATER: Duration = Duration::from_secs(10);

/// The thing that an instance waits for once this node has let go of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// An instant.
    Until(Timestamp),
    /// Something that is told: the act of a person, or nothing any more.
    Told,
    /// Another node, since this one does not hold its slot, or is to stop.
    LeftToOthers,
}

/// One instance in the hands of this node.
pub(super) struct Drive<'a, L, V> {
    pub(super) log: &'a L,
    /// The same, for commands, whose aggregates are not known here.
    pub(super) erased: &'a DynEventStore,
    pub(super) plan: &'a Plan,
    pub(super) services: &'a V,
    pub(super) stream: StreamId,
    /// The position of the event that starts it.
    pub(super) heard: Position,
    /// The slots of this node, as they change.
    pub(super) held: watch::Receiver<Held>,
    /// Cancelled when nothing is to be begun any more.
    pub(super) stop: CancellationToken,
    pub(super) driven: &'a Driven,
}

/// Messages between the driver and the drive of an instance.
#[derive(Debug, Default)]
pub(super) struct Driven {
    /// Notified when somebody else has stored something in its stream.
    told: Notify,
    /// The version up to which something was told.
    news: AtomicU64,
    /// The version up to which the drive knows the stream.
    seen: AtomicU64,
}

impl Driven {
    /// Tells the drive that the stream has come to `version`, if it does not know.
    pub(super) fn tell(&self, version: Version) {
        self.news.fetch_max(version.0, Ordering::AcqRel);
        if self.is_told() {
            self.told.notify_one();
        }
    }

    /// The version up to which the drive knows the stream.
    pub(super) fn seen(&self) -> Version {
        Version(self.seen.load(Ordering::Acquire))
    }

    /// True if something was told that the drive has not looked at.
    pub(super) fn is_told(&self) -> bool {
        Version(self.news.load(Ordering::Acquire)) > self.seen()
    }

    fn see(&self, version: Version) {
        self.seen.store(version.0, Ordering::Release);
    }
}

/// The outcome of something that was begun.
enum Outcome {
    /// It was told.
    Told(Told),
    /// The instance has gone on without it.
    LeftBehind,
}

impl<L: EventStore, V> Drive<'_, L, V> {
    /// Reads the instance, and does what it needs until it waits.
    pub(super) async fn run<S: Saga>(&self) -> Result<Rest, TellError>
    where
        V: Performs<S>,
    {
        let mut subject = self.load().await?;
        // The attempt that this node has begun: only its own may be refused with the meaning that nothing was done.
        let mut begun: Option<Attempt> = None;
        loop {
            self.driven.see(subject.version);
            if let Next::Nothing(_) | Next::Intervention { .. } = subject.instance.next() {
                return Ok(Rest::Told);
            }
            if self.stop.is_cancelled() {
                return Ok(Rest::LeftToOthers);
            }
            if subject.is_newer_than(self.plan) {
                debug!(target: "es", stream = %self.stream, "left to a node of a newer version");
                return Ok(Rest::Until(Timestamp::now().saturating_add(LATER)));
            }
            subject.expect_known()?;
            let outcome = match subject.instance.next() {
                Next::Nothing(_) | Next::Intervention { .. } => return Ok(Rest::Told),
                Next::Wait { until } if until.left().is_some() => return Ok(Rest::Until(until)),
                Next::Wait { .. } => self.tell(&mut subject, &Input::TimePassed).await?,
                Next::Start => Outcome::Told(subject.start(self.log, self.plan, self.heard).await?),
                Next::Execute(_) => self.execute(&mut subject).await?,
                // Whoever holds the slot goes on with it, also if this node has begun it: or both would make each
                // attempt from now on.
                Next::Perform(_) if !self.is_held() => return Ok(Rest::LeftToOthers),
                Next::Perform(call) if begun.as_ref() == Some(&call.attempt) => {
                    self.attempt(&mut subject).await?
                }
                // There is no time left to make it again.
                Next::Perform(call) if call.due.left().is_none() => {
                    self.tell(&mut subject, &Input::TimePassed).await?
                }
                Next::Perform(call) => {
                    let attempt = call.attempt.clone();
                    self.tell(&mut subject, &Input::Resumed(attempt.clone())).await?;
                    begun = Some(attempt);
                    continue;
                }
            };
            begun = match outcome {
                Outcome::Told(Told::Stored) => subject.under_way(),
                // Whatever is under way now was begun by whoever went on.
                Outcome::LeftBehind => None,
                Outcome::Told(Told::Ignored(reason)) => {
                    debug!(target: "es", stream = %self.stream, %reason, "nothing follows");
                    subject = self.load().await?;
                    if subject.instance.next() == Next::Start {
                        let stream = self.stream.clone();
                        return Err(TellError::Ignored { stream, reason });
                    }
                    None
                }
            };
        }
    }

    /// True if this node holds the slot of the instance.
    fn is_held(&self) -> bool {
        self.held.borrow().has(slot_of(&self.stream))
    }

    async fn load<S: Saga>(&self) -> Result<Subject<S>, InstanceError> {
        let subject = Subject::load(self.log, &self.stream).await?;
        self.driven.see(subject.version);
        Ok(subject)
    }

    async fn tell<S: Saga>(
        &self,
        subject: &mut Subject<S>,
        input: &Input<S::Start>,
    ) -> Result<Outcome, TellError> {
        Ok(Outcome::Told(subject.tell(self.log, self.plan, input).await?))
    }

    /// Executes the command that is asked for.
    ///
    /// Nothing of it is under way, so that it is executed after its time as well, as long as that of the whole is not
    /// over: its time is the one for which it is tried again.
    async fn execute<S: Saga>(&self, subject: &mut Subject<S>) -> Result<Outcome, TellError> {
        let instance = subject.instance.clone();
        let Next::Execute(call) = instance.next() else { return Ok(Outcome::LeftBehind) };
        let has_passed = |instant: Timestamp| instant.left().is_none();
        let is_step = call.attempt.direction == Direction::Step;
        if is_step && instance.deadline().is_some_and(has_passed) {
            return self.tell(subject, &Input::TimePassed).await;
        }
        match subject.execute(self.log, self.erased, self.plan).await {
            Ok(Some(told)) => Ok(Outcome::Told(told)),
            Ok(None) => Ok(Outcome::LeftBehind),
            Err(error) if has_passed(call.due) => {
                debug!(target: "es", stream = %self.stream, error = %chain(&error), "not executed in time");
                self.tell(subject, &Input::TimePassed).await
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the attempt that is under way, and tells its answer.
    async fn attempt<S: Saga>(&self, subject: &mut Subject<S>) -> Result<Outcome, TellError>
    where
        V: Performs<S>,
    {
        let instance = subject.instance.clone();
        let Next::Perform(call) = instance.next() else { return Ok(Outcome::LeftBehind) };
        let attempt = call.attempt.clone();
        let mut performing = pin!(self.perform(&call));
        let answer = loop {
            // Within the select, so that the activity goes on while the instance is read.
            let changed = async {
                self.driven.told.notified().await;
                self.load().await
            };
            tokio::select! {
                biased;
                answer = &mut performing => break answer,
                changed = changed => {
                    // A store that is away is met again by the answer.
                    if let Ok(changed) = changed {
                        *subject = changed;
                    }
                    if subject.under_way().as_ref() != Some(&attempt) {
                        return Ok(Outcome::LeftBehind);
                    }
                }
            }
        };
        let input = match answer {
            Some(answer) => Input::Answered { attempt, answer },
            None => Input::TimePassed,
        };
        self.tell(subject, &input).await
    }

    /// The answer; `None` if there was none in time. A panic is a failure of the attempt.
    async fn perform<S: Saga>(&self, call: &Call<'_>) -> Option<Answer>
    where
        V: Performs<S>,
    {
        // Called within the future: what panics before it returns one is a failure too.
        let performing = async { self.services.perform(call).await };
        let performing = AssertUnwindSafe(performing).catch_unwind();
        tokio::select! {
            biased;
            answer = performing => {
                let panicked = |_| Answer::Failed("the code of the activity panicked".into());
                Some(answer.unwrap_or_else(panicked))
            }
            () = passed(call.due) => None,
        }
    }
}

/// Returns when the instant has passed, by the clock that instants are compared with.
pub(super) async fn passed(at: Timestamp) {
    while let Some(left) = at.left() {
        sleep(left).await;
    }
}
