//! One run of a saga with its services, from the start to the end, with the faults of a script.

use std::error::Error;

use es_core::__private::answer_to;
use es_core::process::{
    Answer, Attempt, Direction, End, Input, Instance, Next, Request, RequestKind, Saga,
};
use es_core::sagas::Performs;
use es_core::{Actor, Append, DynEventStore, EventStore, MemoryStore, Reason};
use futures_util::FutureExt;

use super::fault::Fault;
use super::play::Play;
use crate::scenario::chain;

/// More attempts than this are no run that ends.
const MOST_ATTEMPTS: usize = 1000;

/// A run that has come to its end, as `holds` of [`every_failure!`](crate::every_failure) sees it.
#[derive(Debug)]
pub struct Run<S: Saga, P> {
    pub(super) play: Play<S>,
    services: P,
    store: MemoryStore,
    /// Requests that arrive after everything else: the instances that asked for them.
    late: Vec<Instance<S>>,
    /// The attempts so far.
    pub(super) attempts: Vec<Tried>,
}

/// An attempt of a run.
#[derive(Debug)]
pub(super) struct Tried {
    /// The name of the request.
    pub(super) request: String,
    pub(super) kind: RequestKind,
    pub(super) direction: Direction,
    pub(super) fault: Option<Fault>,
}

impl<S: Saga, P> Run<S, P> {
    /// The services, as the run has left them.
    pub fn services(&self) -> &P {
        &self.services
    }

    /// The store in which the commands of the run were executed.
    pub fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// The state of the saga.
    pub fn state(&self) -> &S {
        self.play.instance.state()
    }

    /// True if all steps are done, or were ignored as the plan allows.
    pub fn is_completed(&self) -> bool {
        matches!(self.play.instance.next(), Next::Nothing(End::Completed))
    }

    /// True if all that was tried is taken back.
    pub fn is_undone(&self) -> bool {
        matches!(self.play.instance.next(), Next::Nothing(End::Undone { .. }))
    }

    /// True if a compensation has failed for good, and a person has to intervene.
    pub fn requires_intervention(&self) -> bool {
        matches!(self.play.instance.next(), Next::Intervention { .. })
    }
}

impl<S: Saga, P: Performs<S>> Run<S, P> {
    /// Runs the saga: the nth attempt has the nth fault of the script. Fails in words.
    pub(super) fn to_its_end(
        start: <S as Saga>::Start,
        services: P,
        script: &[Option<Fault>],
    ) -> Result<Self, String> {
        let (play, store) = (Play::begin(start)?, MemoryStore::new());
        let mut run = Self { play, services, store, late: Vec::new(), attempts: Vec::new() };
        while run.goes_on(script)? {
            if run.attempts.len() > MOST_ATTEMPTS {
                return Err(format!("it has no end: {MOST_ATTEMPTS} attempts were made"));
            }
        }
        run.play.read_again()?;
        for asked in std::mem::take(&mut run.late) {
            drop(run.served(&asked));
        }
        Ok(run)
    }

    /// Does the next thing. False if there is none.
    fn goes_on(&mut self, script: &[Option<Fault>]) -> Result<bool, String> {
        let (attempt, request) = match self.play.instance.next() {
            Next::Perform(call) | Next::Execute(call) => (call.attempt, call.request.clone()),
            Next::Wait { until } => {
                self.play.pass_until(until)?;
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let fault = script.get(self.attempts.len()).copied().flatten();
        let (kind, direction) = (request.kind, attempt.direction);
        let fault = fault.filter(|fault| fault.can_happen_to(kind, direction));
        self.attempts.push(Tried { request: request.name.to_string(), kind, direction, fault });
        self.attempt(attempt, &request, fault)?;
        Ok(true)
    }

    fn attempt(
        &mut self,
        attempt: Attempt,
        request: &Request,
        fault: Option<Fault>,
    ) -> Result<(), String> {
        match fault {
            None => self.answer(attempt, request),
            Some(Fault::Refused) => self.tell_answer(attempt, Answer::Refused("refused".into())),
            Some(Fault::Failed) => {
                self.tell_answer(attempt, Answer::Failed("no connection".into()))
            }
            Some(Fault::Lost) => self.time_passes(),
            Some(Fault::AnswerLost) => {
                drop(self.served(&self.play.instance));
                self.time_passes()
            }
            Some(Fault::Late) => {
                self.late.push(self.play.instance.clone());
                self.time_passes()
            }
            Some(Fault::Crashed) => {
                drop(self.served(&self.play.instance));
                self.play.read_again()?;
                self.play.tell(Input::Resumed(attempt)).map(drop)
            }
            Some(Fault::Cancelled) => {
                self.cancel()?;
                self.answer(attempt, request)
            }
            Some(Fault::AnswerLostAndCancelled) => {
                drop(self.served(&self.play.instance));
                self.time_passes()?;
                self.cancel()
            }
        }
    }

    fn answer(&mut self, attempt: Attempt, request: &Request) -> Result<(), String> {
        let answer = match request.kind {
            RequestKind::Command => self.execute(request)?,
            _ => self.served(&self.play.instance),
        };
        self.tell_answer(attempt, answer)
    }

    fn tell_answer(&mut self, attempt: Attempt, answer: Answer) -> Result<(), String> {
        self.play.tell(Input::Answered { attempt, answer }).map(drop)
    }

    fn time_passes(&mut self) -> Result<(), String> {
        let due = self.play.wakes_at().unwrap_or(self.play.now);
        self.play.pass_until(due).map(drop)
    }

    fn cancel(&mut self) -> Result<(), String> {
        let actor = Actor::new("a user").map_err(|error| chain(&error))?;
        let reason = Reason::new("changed their mind").map_err(|error| chain(&error))?;
        self.play.tell(Input::Cancel { actor, reason }).map(drop)
    }

    /// Has the services perform what the instance asks for.
    fn served(&self, asked: &Instance<S>) -> Answer {
        let Next::Perform(call) = asked.next() else {
            return Answer::Failed("no activity is asked for".into());
        };
        let answer = self.services.perform(&call).now_or_never();
        answer.unwrap_or_else(|| {
            panic!("services of a test answer at once, and `{}` waits", call.request.name)
        })
    }

    /// Has the command decided, and stores its events.
    fn execute(&self, request: &Request) -> Result<Answer, String> {
        let store = DynEventStore::new(self.store.clone());
        let (answer, part) = at_once(answer_to::<S>(request, &store))?;
        if let Some(part) = part {
            let append = Append::new(vec![part]).map_err(|error| chain(&error))?;
            at_once(self.store.append(append))?;
        }
        Ok(answer)
    }
}

/// The outcome of a call to a store in memory, in words if it failed.
fn at_once<T, E: Error + 'static>(
    outcome: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    let outcome = outcome.now_or_never().ok_or("a store in memory answers at once")?;
    outcome.map_err(|error| chain(&error))
}
