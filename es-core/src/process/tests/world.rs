//! A saga of three steps, written by hand, and short ways to speak of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::event::decode_error::DecodeError;
use crate::event::decoded::Decoded;
use crate::event::definition::Event;
use crate::event::describe::{Describe, Description, FieldStyle};
use crate::event::encode_error::EncodeError;
use crate::event::metadata::{Actor, Reason};
use crate::event::name::{EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::set::{EventSet, EventType};
use crate::process::{
    Answer, Attempt, CommandStep, Direction, Ignored, Input, Instance, Intervention, Plan,
    PlanError, Reaction, Request, RequestKind, RetryPolicy, SagaError, SagaEvent, Start, Step,
    StepName, StepPolicy, Tried, UntypedSaga,
};
use crate::stream::Position;
use crate::timestamp::Timestamp;

use super::rows::Rows;

pub(super) const START: &str = "order-placed";
pub(super) const STEPS: [&str; 3] = ["pay", "reserve", "ship"];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OrderPlaced {
    pub(super) cents: u64,
}

impl Describe for OrderPlaced {
    fn describe(&self) -> Description {
        Description::new("OrderPlaced", FieldStyle::Unit)
    }
}

impl Event for OrderPlaced {
    const NAME: &'static str = START;
}

impl EventSet for OrderPlaced {
    const EVENTS: &'static [EventType] = &[EventType::of::<Self>()];

    fn name(&self) -> EventName {
        EventName::of::<Self>()
    }

    fn version(&self) -> SchemaVersion {
        Self::VERSION
    }

    fn encode(&self) -> Result<Payload, EncodeError> {
        Event::encode(self)
    }

    fn decode(_: &str, at: SchemaVersion, payload: &Payload) -> Result<Decoded<Self>, DecodeError> {
        <Self as Event>::decode(at, payload).map(Decoded::one)
    }
}

/// The step that asks for a command.
pub(super) const COMMAND: &str = "book";

/// The step whose request cannot be prepared.
pub(super) const UNPREPARED: &str = "measure";
/// The step whose compensation cannot be prepared.
pub(super) const NO_WAY_BACK: &str = "engrave";

/// Pays, reserves and ships. Each answer is a number, which the compensation of the step repeats.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Delivery {
    pub(super) cents: u64,
    pub(super) answers: Vec<u64>,
}

impl UntypedSaga for Delivery {
    const CATEGORY: &'static str = "delivery";
    type Start = OrderPlaced;

    fn plan() -> Result<Plan, PlanError> {
        plan_of(STEPS.map(Step::new))
    }

    fn initial_state() -> Self {
        Self::default()
    }

    fn apply_start(&mut self, event: OrderPlaced) {
        self.cents = event.cents;
    }

    fn apply_output(&mut self, step: &StepName, output: &Payload) -> Result<(), SagaError> {
        // Half of the change comes before the error.
        self.answers.push(0);
        let answer = number(step, output)?;
        self.answers.pop();
        self.answers.push(answer);
        Ok(())
    }

    fn lists(_: &Request) -> bool {
        true
    }

    fn request_of(&self, step: &StepName) -> Result<Request, SagaError> {
        let kind = match step.as_str() {
            UNPREPARED => return Err(SagaError::UnknownStep { step: step.clone() }),
            COMMAND => RequestKind::Command,
            _ => RequestKind::Activity,
        };
        request(kind, step.as_str(), &(self.cents, &self.answers))
    }

    fn compensation_of(
        &self,
        step: &StepName,
        tried: Tried<&Payload>,
    ) -> Result<Request, SagaError> {
        if step.as_str() == NO_WAY_BACK {
            return Err(SagaError::UnknownStep { step: step.clone() });
        }
        let known = match tried {
            Tried::Done(output) if step.as_str() != START => Some(number(step, output)?),
            _ => None,
        };
        let name = format!("{step}-back");
        request(RequestKind::Activity, &name, &known)
    }

    fn command_of(request: &Request) -> Result<Box<dyn CommandStep>, SagaError> {
        let (name, version) = (request.name.clone(), request.version);
        Err(SagaError::UnknownCommand { name, version })
    }
}

fn request(kind: RequestKind, name: &str, body: &impl Serialize) -> Result<Request, SagaError> {
    Ok(Request::new(kind, name, SchemaVersion(1), Payload::of(body).unwrap())?)
}

fn number(step: &StepName, output: &Payload) -> Result<u64, SagaError> {
    serde_json::from_str(output.as_str())
        .map_err(|source| SagaError::Output { step: step.clone(), source })
}

pub(super) fn plan_of(steps: impl IntoIterator<Item = Step>) -> Result<Plan, PlanError> {
    Plan::new(
        1,
        Duration::from_secs(7200),
        [Start::new(START).compensated(RequestKind::Activity)],
        steps,
    )
}

/// The plan in which each step is attempted that many times.
pub(super) fn plan_with(attempts: u32) -> Plan {
    plan_of(STEPS.map(|step| {
        Step::new(step).with_policy(StepPolicy::new().with_retry(RetryPolicy::attempts(attempts)))
    }))
    .unwrap()
}

/// An instance with its clock: what it is told, and what was stored of it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) plan: Plan,
    pub(super) now: Timestamp,
    pub(super) instance: Instance<Delivery>,
    pub(super) events: Vec<SagaEvent>,
    rows: Rows,
}

impl Told {
    pub(super) fn new(plan: Plan) -> Self {
        let stream = "delivery/17".parse().unwrap();
        let now = Timestamp::from_unix_micros(0);
        let rows = Rows::of(&stream);
        Self { plan, now, instance: Instance::new(stream), events: Vec::new(), rows }
    }

    pub(super) fn started(plan: Plan) -> Self {
        let mut told = Self::new(plan);
        told.tell(start());
        told
    }

    /// Tells an input, from which something follows: the names of the events.
    #[track_caller]
    pub(super) fn tell(&mut self, input: Input<OrderPlaced>) -> Vec<String> {
        match self.instance.decide(&self.plan, input, self.now).unwrap() {
            Reaction::Changed { events, instance } => {
                let names = events.iter().map(short_name).collect();
                self.rows.follow(&events, &instance);
                self.instance = *instance;
                self.events.extend(events);
                names
            }
            Reaction::Ignored(reason) => panic!("ignored: {reason}"),
        }
    }

    /// Tells an input from which nothing follows: the reason.
    #[track_caller]
    pub(super) fn ignored(&self, input: Input<OrderPlaced>) -> Ignored {
        match self.instance.decide(&self.plan, input, self.now).unwrap() {
            Reaction::Ignored(reason) => reason,
            Reaction::Changed { events, .. } => panic!("changed: {events:?}"),
        }
    }

    pub(super) fn completes(&mut self, step: &str) -> Vec<String> {
        self.answers(step, 1, Answer::Completed(Payload::of(&7).unwrap()))
    }

    pub(super) fn answers(&mut self, step: &str, attempt: u32, answer: Answer) -> Vec<String> {
        self.tell(Input::Answered { attempt: attempt_at(step, attempt), answer })
    }

    pub(super) fn is_compensated(&mut self, step: &str) -> Vec<String> {
        let attempt = Attempt { direction: Direction::Compensation, ..attempt_at(step, 1) };
        self.tell(Input::Answered { attempt, answer: Answer::Completed(null()) })
    }

    pub(super) fn after(&mut self, seconds: u64) -> Vec<String> {
        self.now = self.now.saturating_add(Duration::from_secs(seconds));
        self.tell(Input::TimePassed)
    }
}

pub(super) fn start() -> Input<OrderPlaced> {
    Input::Start { event: placed(), position: Position(1) }
}

pub(super) fn placed() -> OrderPlaced {
    OrderPlaced { cents: 500 }
}

pub(super) fn null() -> Payload {
    Payload::of(&()).unwrap()
}

pub(super) fn attempt_at(step: &str, number: u32) -> Attempt {
    Attempt { step: StepName::new(step).unwrap(), direction: Direction::Step, number }
}

pub(super) fn cancel() -> Input<OrderPlaced> {
    let Intervention { actor, reason, .. } = by_ada("pay");
    Input::Cancel { actor, reason }
}

/// An act on the first attempt of a step.
pub(super) fn by_ada(step: &str) -> Intervention {
    by_ada_at(step, 1)
}

pub(super) fn by_ada_at(step: &str, attempt: u32) -> Intervention {
    Intervention {
        step: StepName::new(step).unwrap(),
        attempt,
        actor: Actor::new("ada").unwrap(),
        reason: Reason::new("the customer called").unwrap(),
    }
}

fn short_name(event: &SagaEvent) -> String {
    event.name().as_str().trim_start_matches("saga.").to_owned()
}
