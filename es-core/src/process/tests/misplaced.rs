//! The table of transitions: each event in each phase, of the step and attempt that fit and of others.

use crate::event::set::EventSet;
use crate::process::{Completed, Instance, SagaError, SagaEvent};

use super::every_event::{
    cancel_requested, compensating, compensation_failed, compensation_started, every_event,
    intervention_required, second, started, step_completed, step_failed, step_started,
};
use super::world::{Delivery, START, placed};

/// The fold of `events`, which are in their places.
fn after(events: impl IntoIterator<Item = SagaEvent>) -> Instance<Delivery> {
    let mut instance = Instance::new("delivery/17".parse().unwrap());
    for event in events {
        instance.evolve(&event, Some(&placed())).unwrap();
    }
    instance
}

/// The events of `step` and `attempt` that may follow; any other one is an error that changes nothing.
fn followers(before: &Instance<Delivery>, step: &str, attempt: u32) -> Vec<String> {
    let at = before.trail().last().map_or(START, |last| last.step.as_str());
    let follows = |event: &SagaEvent| {
        let mut instance = before.clone();
        match instance.evolve(event, Some(&placed())) {
            Ok(()) => true,
            Err(SagaError::Misplaced { .. }) => {
                assert_eq!(instance, *before);
                false
            }
            Err(error) => panic!("{error}"),
        }
    };
    let events = every_event(step, attempt, at).into_iter().filter(follows);
    events.map(|event| event.name().as_str().trim_start_matches("saga.").to_owned()).collect()
}

fn ready() -> Vec<SagaEvent> {
    vec![started()]
}

fn running() -> Vec<SagaEvent> {
    vec![started(), step_started("pay", 1)]
}

fn waiting() -> Vec<SagaEvent> {
    [running(), vec![step_failed("pay", 1, Some(second(2)))]].concat()
}

/// `pay` is done, and all is to be taken back.
fn on_the_way_back() -> Vec<SagaEvent> {
    [running(), vec![step_completed("pay", 1), compensating("pay")]].concat()
}

fn taking_back() -> Vec<SagaEvent> {
    [on_the_way_back(), vec![compensation_started("pay", 1)]].concat()
}

fn stuck() -> Vec<SagaEvent> {
    let failed = compensation_failed("pay", 1, None);
    [taking_back(), vec![failed, intervention_required("pay", 1)]].concat()
}

#[test]
fn an_instance_begins_with_its_start() {
    assert_eq!(followers(&after([]), "pay", 1), ["started"]);
}

#[test]
fn a_step_is_begun_with_its_first_attempt_and_once() {
    let ready = after(ready());
    let done = after([running(), vec![step_completed("pay", 1)]].concat());

    let begun = ["step-started", "step-ignored", "compensating", "completed"];
    assert_eq!(followers(&ready, "pay", 1), begun);
    assert_eq!(followers(&ready, "pay", 2), ["step-ignored", "compensating", "completed"]);
    assert_eq!(followers(&done, "pay", 1), ["compensating", "completed"]);
    assert_eq!(followers(&done, "ship", 1), begun);
}

#[test]
fn a_cancel_that_is_noted_lets_nothing_begin() {
    let cancelled = after([waiting(), vec![cancel_requested()]].concat());
    let running = after([running(), vec![cancel_requested()]].concat());

    assert_eq!(followers(&cancelled, "ship", 1), ["compensating"]);
    assert_eq!(
        followers(&running, "pay", 1),
        ["step-resumed", "step-completed", "step-failed", "step-skipped"]
    );
}

#[test]
fn an_attempt_is_answered_as_the_one_that_it_is() {
    let running = after(running());

    let answered = ["step-resumed", "step-completed", "step-failed", "step-skipped"];
    assert_eq!(followers(&running, "pay", 1), [&answered[..], &["cancel-requested"]].concat());
    assert_eq!(followers(&running, "pay", 2), ["step-skipped", "cancel-requested"]);
    assert_eq!(followers(&running, "ship", 1), ["cancel-requested"]);
}

#[test]
fn the_attempt_after_a_wait_is_the_next_one() {
    let waiting = after(waiting());

    let others = ["step-ignored", "step-skipped", "cancel-requested", "compensating"];
    assert_eq!(followers(&waiting, "pay", 2), [&["step-started"], &others[..]].concat());
    assert_eq!(followers(&waiting, "pay", 1), others);
    assert_eq!(followers(&waiting, "pay", 3), others);
    assert_eq!(followers(&waiting, "ship", 2), ["cancel-requested", "compensating"]);
}

#[test]
fn a_step_that_has_failed_is_ignored_or_takes_all_back() {
    let failed = after([running(), vec![step_failed("pay", 1, None)]].concat());

    assert_eq!(followers(&failed, "pay", 1), ["step-ignored", "compensating"]);
    assert_eq!(followers(&failed, "ship", 1), ["compensating"]);
}

#[test]
fn the_last_step_that_was_tried_is_named_on_the_way_back() {
    let mut ready = after(ready());

    let error = ready.evolve(&compensating("ship"), None).unwrap_err();

    assert!(matches!(error, SagaError::Misplaced { .. }), "{error:?}");
}

#[test]
fn a_compensation_is_begun_for_a_step_of_the_trail() {
    let back = after(on_the_way_back());

    let begun = ["compensation-started", "requires-intervention", "undone"];
    assert_eq!(followers(&back, "pay", 1), begun);
    assert_eq!(followers(&back, "pay", 2), ["undone"]);
    assert_eq!(followers(&back, "ship", 1), ["undone"]);
}

#[test]
fn a_compensation_is_answered_as_the_attempt_that_it_is() {
    let taking_back = after(taking_back());

    assert_eq!(followers(&taking_back, "pay", 1), ["compensated", "compensation-failed"]);
    assert!(followers(&taking_back, "pay", 2).is_empty());
    assert!(followers(&taking_back, START, 1).is_empty());
}

#[test]
fn a_compensation_that_waits_has_one_next_attempt() {
    let waits = compensation_failed("pay", 1, Some(second(62)));
    let waiting = after([taking_back(), vec![waits]].concat());

    assert_eq!(followers(&waiting, "pay", 2), ["compensation-started"]);
    assert!(followers(&waiting, "pay", 3).is_empty());
    assert!(followers(&waiting, START, 2).is_empty());
}

#[test]
fn a_compensation_that_has_failed_needs_a_person() {
    let failed = after([taking_back(), vec![compensation_failed("pay", 1, None)]].concat());

    assert_eq!(followers(&failed, "pay", 1), ["requires-intervention"]);
    assert!(followers(&failed, "pay", 2).is_empty());
    assert!(followers(&failed, START, 1).is_empty());
}

#[test]
fn a_person_acts_on_what_has_failed() {
    let stuck = after(stuck());

    assert_eq!(followers(&stuck, "pay", 1), ["retry-requested", "manually-compensated"]);
    assert_eq!(followers(&stuck, "pay", 2), ["manually-compensated"]);
    assert!(followers(&stuck, START, 1).is_empty());
}

#[test]
fn nothing_follows_the_end() {
    let ended = after([ready(), vec![Completed {}.into()]].concat());

    assert!(followers(&ended, "pay", 1).is_empty());
}
