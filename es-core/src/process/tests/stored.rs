//! Stored form of the events, and streams that no machine has written.

use crate::event::payload::Payload;
use crate::event::set::EventSet;
use crate::process::{Answer, Instance, SagaError, SagaEvent, StepCompleted};
use crate::stream::Position;

use super::every_event::{every_event, step};
use super::world::{Delivery, Told, null, placed, plan_with};

/// Stored names never change: a name in this list is one in every stream.
#[test]
fn the_names_of_the_events_are_these() {
    let names: Vec<_> = SagaEvent::EVENTS.iter().map(|event| event.name).collect();

    assert_eq!(
        names,
        [
            "saga.started",
            "saga.step-started",
            "saga.step-resumed",
            "saga.step-completed",
            "saga.step-failed",
            "saga.step-ignored",
            "saga.step-skipped",
            "saga.cancel-requested",
            "saga.compensating",
            "saga.compensation-started",
            "saga.compensated",
            "saga.compensation-failed",
            "saga.requires-intervention",
            "saga.retry-requested",
            "saga.manually-compensated",
            "saga.completed",
            "saga.undone",
        ]
    );
}

#[test]
fn a_request_is_stored_as_json_within_json() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, Answer::Failed("reset".into()));

    let stored = told.events.iter().map(|event| event.to_raw().unwrap().payload);
    let stored: Vec<_> = stored.map(|payload| payload.as_str().to_owned()).collect();

    assert_eq!(
        stored,
        [
            r#"{"version":1,"start":"order-placed","compensated":true,"heard":1,"deadline":"1970-01-01T02:00:00Z"}"#,
            concat!(
                r#"{"step":"pay","attempt":1,"due":"1970-01-01T00:00:30Z","#,
                r#""request":{"kind":"activity","name":"pay","version":1,"body":[500,[]]}}"#
            ),
            concat!(
                r#"{"step":"pay","attempt":1,"failure":{"failed":{"error":"reset"}},"#,
                r#""retry_at":"1970-01-01T00:00:01Z"}"#
            ),
        ]
    );
}

/// Every stream holds these shapes. A field that is added needs a default, and none is renamed.
#[test]
fn the_events_are_stored_in_these_shapes() {
    let stored = every_event("pay", 1, "pay").into_iter();
    let stored: Vec<_> = stored.map(|event| event.encode().unwrap().as_str().to_owned()).collect();

    let by_ada = r#""actor":"ada","reason":"the customer called"}"#;
    let reset = r#""failure":{"failed":{"error":"connection reset"}}"#;
    let request = r#""request":{"kind":"activity","name":"pay","version":1,"body":null}}"#;
    let back = r#""request":{"kind":"activity","name":"pay-back","version":1,"body":null}}"#;
    assert_eq!(
        stored,
        [
            concat!(
                r#"{"version":1,"start":"order-placed","compensated":true,"heard":1,"#,
                r#""deadline":"1970-01-01T02:00:00Z"}"#
            )
            .to_owned(),
            format!(r#"{{"step":"pay","attempt":1,"due":"1970-01-01T00:00:30Z",{request}"#),
            r#"{"step":"pay","attempt":1}"#.to_owned(),
            r#"{"step":"pay","attempt":1,"output":7}"#.to_owned(),
            format!(r#"{{"step":"pay","attempt":1,{reset},"retry_at":"1970-01-01T00:00:31Z"}}"#),
            r#"{"step":"pay"}"#.to_owned(),
            format!(r#"{{"step":"pay",{by_ada}"#),
            format!("{{{by_ada}"),
            r#"{"because":{"failed":{"failed":{"error":"connection reset"}}},"at":"pay"}"#
                .to_owned(),
            format!(r#"{{"step":"pay","attempt":1,"due":"1970-01-01T00:01:00Z",{back}"#),
            r#"{"step":"pay","attempt":1}"#.to_owned(),
            format!(r#"{{"step":"pay","attempt":1,{reset},"retry_at":null}}"#),
            r#"{"step":"pay","attempt":1,"failure":"timed-out"}"#.to_owned(),
            format!(r#"{{"step":"pay","attempt":1,{by_ada}"#),
            format!(r#"{{"step":"pay",{by_ada}"#),
            "{}".to_owned(),
            "{}".to_owned(),
        ]
    );
}

#[test]
fn an_event_in_another_phase_is_an_error_that_names_both() {
    let mut told = Told::started(plan_with(3));

    let error = told.instance.evolve(&told.events[0], Some(&placed())).unwrap_err();

    assert_eq!(error.to_string(), "`saga.started` cannot follow in the phase `forward`");
}

/// The state of [`Delivery`] is changed before its answer is read.
#[test]
fn an_answer_that_cannot_be_read_leaves_the_instance_as_it_was() {
    let told = Told::started(plan_with(3));
    let mut instance = told.instance.clone();
    let (step, output) = (step("pay"), null());

    let error = instance.evolve(&StepCompleted { step, attempt: 1, output }.into(), None);

    assert!(matches!(error, Err(SagaError::Output { .. })), "{error:?}");
    assert_eq!(instance, told.instance);
}

#[test]
fn a_step_that_was_begun_once_is_never_begun_anew() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.answers("reserve", 1, Answer::Completed(Payload::of(&7).unwrap()));
    let mut instance = Instance::<Delivery>::new("delivery/17".parse().unwrap());
    for event in &told.events[..3] {
        instance.evolve(event, event.heard().map(|_| placed()).as_ref()).unwrap();
    }

    let error = instance.evolve(&told.events[1], None).unwrap_err();

    assert!(matches!(error, SagaError::Misplaced { .. }), "{error:?}");
}

#[test]
fn the_event_that_started_an_instance_is_read_from_the_log() {
    let told = Told::started(plan_with(3));
    let mut instance = Instance::<Delivery>::new("delivery/17".parse().unwrap());

    assert_eq!(told.events[0].heard(), Some(Position(1)));
    let error = instance.evolve(&told.events[0], None).unwrap_err();

    assert!(matches!(error, SagaError::MissingEvent { position: Position(1) }), "{error:?}");
}

#[test]
fn an_error_is_stored_in_four_kilobytes() {
    let mut told = Told::started(plan_with(3));

    let mut refused = told.clone();

    told.answers("pay", 1, Answer::Failed("x".repeat(1_000_000)));
    refused.answers("pay", 1, Answer::Refused("x".repeat(1_000_000)));

    for event in told.events.iter().chain(&refused.events) {
        assert!(event.to_raw().unwrap().payload.as_str().len() < 4300, "{}", event.name());
    }
}
