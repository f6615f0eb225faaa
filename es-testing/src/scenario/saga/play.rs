//! One instance in the hands of a test: its clock, what it is told, and what would be stored.

use std::time::Duration;

use es_core::process::{
    Call, End, Ignored, Input, Instance, Next, Phase, Plan, Reaction, Saga, SagaEvent, StepName,
    StepPhase, UntypedSaga,
};
use es_core::{EventSet, Position, Timestamp};

use crate::scenario::chain;

/// An instance, the instant that it is, and all events of its stream.
#[derive(Clone, Debug)]
pub(super) struct Play<S: Saga> {
    pub(super) instance: Instance<S>,
    pub(super) now: Timestamp,
    plan: Plan,
    start: <S as Saga>::Start,
    events: Vec<SagaEvent>,
}

impl<S: Saga> Play<S> {
    /// An instance that `start` has started, at the instant 0. Fails in words.
    pub(super) fn begin(start: <S as Saga>::Start) -> Result<Self, String> {
        let mut play = Self {
            instance: Instance::of_key(S::id(&start).to_string()).map_err(|error| chain(&error))?,
            now: Timestamp::from_unix_micros(0),
            plan: <S as UntypedSaga>::plan().map_err(|error| chain(&error))?,
            start: start.clone(),
            events: Vec::new(),
        };
        match play.tell(Input::Start { event: start, position: Position(1) })? {
            None => Ok(play),
            Some(ignored) => Err(format!("the event starts no instance: {ignored}")),
        }
    }

    /// Tells the instance something: the reason if nothing follows from it.
    pub(super) fn tell(
        &mut self,
        input: Input<<S as Saga>::Start>,
    ) -> Result<Option<Ignored>, String> {
        match self.instance.decide(&self.plan, input, self.now) {
            Ok(Reaction::Changed { events, instance }) => {
                self.events.extend(events);
                self.instance = *instance;
                Ok(None)
            }
            Ok(Reaction::Ignored(reason)) => Ok(Some(reason)),
            Err(error) => Err(chain(&error)),
        }
    }

    /// Moves the clock to `at`, if that is to come, and tells the instance so.
    pub(super) fn pass_until(&mut self, at: Timestamp) -> Result<Option<Ignored>, String> {
        self.now = self.now.max(at);
        self.tell(Input::TimePassed)
    }

    /// The request that is asked for now.
    pub(super) fn asked(&self) -> Option<Call<'_>> {
        match self.instance.next() {
            Next::Perform(call) | Next::Execute(call) => Some(call),
            _ => None,
        }
    }

    /// The instant at which something changes if nothing else happens.
    pub(super) fn wakes_at(&self) -> Option<Timestamp> {
        match self.instance.next() {
            Next::Perform(call) | Next::Execute(call) => Some(call.due),
            Next::Wait { until } => Some(until),
            _ => None,
        }
    }

    /// The step whose attempt is under way or waited for, or that needs a person, with the attempt that was made
    /// last.
    pub(super) fn current(&self) -> Option<(StepName, u32)> {
        let course = match self.instance.phase() {
            Phase::Forward { course, .. } | Phase::Compensating { course, .. } => course,
            Phase::Intervention { step, attempt, .. } => return Some((step.clone(), *attempt)),
            _ => return None,
        };
        match course {
            StepPhase::Running(running) => Some((running.step.clone(), running.attempt)),
            StepPhase::Waiting(waiting) => {
                Some((waiting.failed.step.clone(), waiting.failed.attempt))
            }
            _ => None,
        }
    }

    /// Folds the stored form of all events anew: a node that has read the instance has this one in hand.
    pub(super) fn read_again(&mut self) -> Result<(), String> {
        let start = self.stored_start()?;
        let mut folded = Instance::new(self.instance.stream().clone());
        for event in &self.events {
            let stored = event.to_raw().map_err(|error| chain(&error))?;
            for read in SagaEvent::from_raw(&stored).map_err(|error| chain(&error))? {
                let heard = read.heard().map(|_| &start);
                folded.evolve(&read, heard).map_err(|error| chain(&error))?;
            }
        }
        if folded != self.instance {
            return Err(format!(
                "the instance is read again as another one: {:?}, and was {:?}",
                folded.state(),
                self.instance.state()
            ));
        }
        self.instance = folded;
        Ok(())
    }

    /// The event that started the instance, as it is read from its stored form.
    fn stored_start(&self) -> Result<<S as Saga>::Start, String> {
        let stored = self.start.to_raw().map_err(|error| chain(&error))?;
        let read = <S as Saga>::Start::from_raw(&stored).map_err(|error| chain(&error))?;
        read.into_iter().next().ok_or_else(|| "the event that starts is read as none".to_owned())
    }

    /// The next thing that the instance needs, in words.
    pub(super) fn needs(&self) -> Needs {
        Needs::of(&self.instance, self.now)
    }
}

/// The next thing that an instance needs, in words: as half a sentence, and with the request.
#[derive(Debug)]
pub(super) struct Needs {
    pub(super) short: String,
    pub(super) request: Option<String>,
}

impl Needs {
    fn of<S: Saga>(instance: &Instance<S>, now: Timestamp) -> Self {
        let words = |short: String| Self { short, request: None };
        match instance.next() {
            Next::Start => words("it has not started".into()),
            Next::Perform(call) | Next::Execute(call) => Self {
                short: match call.compensates {
                    None => format!("the step `{}` is asked for", call.request.name),
                    Some(_) => format!(
                        "`{}` is asked for, the compensation of `{}`",
                        call.request.name, call.attempt.step
                    ),
                },
                request: Some(call.request.body.as_str().to_owned()),
            },
            Next::Wait { until } => {
                words(format!("the next attempt is in {:?}", between(now, until)))
            }
            Next::Intervention { step, attempt } => words(format!(
                "a person has to intervene: attempt {attempt} of the compensation of `{step}` was the last"
            )),
            Next::Nothing(End::Completed) => words("it is completed".into()),
            Next::Nothing(End::Undone { because, at }) => {
                words(format!("it is undone at `{at}`: {because}"))
            }
            next => words(format!("{next:?}")),
        }
    }

    /// On one line.
    pub(super) fn long(&self) -> String {
        match &self.request {
            Some(request) => format!("{}: {request}", self.short),
            None => self.short.clone(),
        }
    }
}

/// The instant that is `duration` after `now`.
pub(super) fn after(now: Timestamp, duration: Duration) -> Timestamp {
    let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_unix_micros(now.unix_micros().saturating_add(micros))
}

/// The time from `now` to `then`; zero if that is past.
pub(super) fn between(now: Timestamp, then: Timestamp) -> Duration {
    let micros = then.unix_micros().saturating_sub(now.unix_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
