//! One event of every type.

use crate::event::name::SchemaVersion;
use crate::event::payload::Payload;
use crate::process::{
    Because, CancelRequested, Compensated, Compensating, CompensationFailed, CompensationStarted,
    Completed, Failure, InterventionRequired, ManuallyCompensated, Request, RequestKind,
    RetryRequested, SagaEvent, Started, StepCompleted, StepFailed, StepIgnored, StepName,
    StepResumed, StepSkipped, StepStarted, Undone,
};
use crate::stream::Position;
use crate::timestamp::Timestamp;

use super::world::{START, by_ada};

pub(super) fn second(second: i64) -> Timestamp {
    Timestamp::from_unix_micros(second * 1_000_000)
}

pub(super) fn step(name: &str) -> StepName {
    StepName::new(name).unwrap()
}

pub(super) fn started() -> SagaEvent {
    let (start, heard) = (step(START), Position(1));
    Started { version: 1, start, compensated: true, heard, deadline: second(7200) }.into()
}

pub(super) fn step_started(name: &str, attempt: u32) -> SagaEvent {
    StepStarted { step: step(name), attempt, due: second(30), request: request(name) }.into()
}

pub(super) fn step_completed(name: &str, attempt: u32) -> SagaEvent {
    let output = Payload::of(&7).unwrap();
    StepCompleted { step: step(name), attempt, output }.into()
}

pub(super) fn step_failed(name: &str, attempt: u32, retry_at: Option<Timestamp>) -> SagaEvent {
    StepFailed { step: step(name), attempt, failure: reset(), retry_at }.into()
}

pub(super) fn compensating(at: &str) -> SagaEvent {
    Compensating { because: Because::Failed(reset()), at: step(at) }.into()
}

pub(super) fn cancel_requested() -> SagaEvent {
    let by = by_ada("pay");
    CancelRequested { actor: by.actor, reason: by.reason }.into()
}

pub(super) fn compensation_started(name: &str, attempt: u32) -> SagaEvent {
    let (due, request) = (second(60), request(&format!("{name}-back")));
    CompensationStarted { step: step(name), attempt, due, request }.into()
}

pub(super) fn compensation_failed(
    name: &str,
    attempt: u32,
    retry_at: Option<Timestamp>,
) -> SagaEvent {
    CompensationFailed { step: step(name), attempt, failure: reset(), retry_at }.into()
}

pub(super) fn intervention_required(name: &str, attempt: u32) -> SagaEvent {
    InterventionRequired { step: step(name), attempt, failure: Failure::TimedOut }.into()
}

/// All seventeen, of one step and attempt; `at` is the last step that was tried.
pub(super) fn every_event(name: &str, attempt: u32, at: &str) -> Vec<SagaEvent> {
    let (step, by) = (step(name), by_ada(name));
    let (actor, reason) = (by.actor, by.reason);
    vec![
        started(),
        step_started(name, attempt),
        StepResumed { step: step.clone(), attempt }.into(),
        step_completed(name, attempt),
        step_failed(name, attempt, Some(second(31))),
        StepIgnored { step: step.clone() }.into(),
        StepSkipped { step: step.clone(), actor: actor.clone(), reason: reason.clone() }.into(),
        cancel_requested(),
        compensating(at),
        compensation_started(name, attempt),
        Compensated { step: step.clone(), attempt }.into(),
        compensation_failed(name, attempt, None),
        intervention_required(name, attempt),
        RetryRequested {
            step: step.clone(),
            attempt,
            actor: actor.clone(),
            reason: reason.clone(),
        }
        .into(),
        ManuallyCompensated { step, actor, reason }.into(),
        Completed {}.into(),
        Undone {}.into(),
    ]
}

fn request(name: &str) -> Request {
    let (kind, version) = (RequestKind::Activity, SchemaVersion(1));
    Request::new(kind, name, version, Payload::of(&()).unwrap()).unwrap()
}

fn reset() -> Failure {
    Failure::failed("connection reset")
}
