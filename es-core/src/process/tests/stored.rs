//! Stored form of the events, and streams that no machine has written.

use crate::event::set::EventSet;
use crate::process::{Answer, Instance, SagaError, SagaEvent};
use crate::stream::Position;

use super::world::{Delivery, Told, placed, plan_with};

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
            r#"{"version":1,"start":"order-placed","heard":1,"deadline":"1970-01-01T02:00:00Z"}"#,
            concat!(
                r#"{"step":"pay","attempt":1,"key":"delivery/17/pay","due":"1970-01-01T00:00:30Z","#,
                r#""request":{"kind":"activity","name":"pay","version":1,"body":[500,[]]}}"#
            ),
            concat!(
                r#"{"step":"pay","attempt":1,"failure":{"failed":{"error":"reset"}},"#,
                r#""retry_at":"1970-01-01T00:00:01Z"}"#
            ),
        ]
    );
}

#[test]
fn a_stream_in_another_order_is_an_error_and_changes_nothing() {
    let told = Told::started(plan_with(3));
    let mut instance = told.instance.clone();

    let error = instance.evolve(&told.events[0], Some(&placed())).unwrap_err();

    assert_eq!(error.to_string(), "`saga.started` cannot follow in the phase `forward`");
    assert_eq!(instance, told.instance);
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

    told.answers("pay", 1, Answer::Failed("x".repeat(1_000_000)));

    let stored = told.events.last().unwrap().to_raw().unwrap();
    assert!(stored.payload.as_str().len() < 4300);
}
