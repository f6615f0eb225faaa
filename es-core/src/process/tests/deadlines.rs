//! Time: what is early, and what follows once the deadline has passed.

use std::time::Duration;

use crate::process::{Answer, Because, Ignored, Input, Next, Phase, Step, StepPolicy};

use super::world::{Told, UNPREPARED, plan_of, plan_with};

fn refused() -> Answer {
    Answer::Refused("none left".into())
}

fn failed() -> Answer {
    Answer::Failed("connection reset".into())
}

#[test]
fn a_timer_that_fires_a_microsecond_early_changes_nothing() {
    let mut told = Told::started(plan_with(3));
    let timeout = Duration::from_secs(30);
    told.now = told.now.saturating_add(timeout.saturating_sub(Duration::from_micros(1)));

    assert_eq!(told.ignored(Input::TimePassed), Ignored::Early);
}

/// The deadline is for what is done, and not for what takes it back.
#[test]
fn a_compensation_has_all_its_time_after_the_deadline() {
    let mut told = Told::started(plan_with(3));
    told.now = told.now.saturating_add(Duration::from_secs(7190));

    told.answers("pay", 1, refused());

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.due, told.now.saturating_add(Duration::from_secs(30)));
}

#[test]
fn the_way_back_does_not_name_a_step_that_was_passed_over() {
    let steps = [
        Step::new("pay"),
        Step::new(UNPREPARED).with_policy(StepPolicy::new().optional()),
        Step::new("ship"),
    ];
    let mut told = Told::started(plan_of(steps).unwrap());
    told.now = told.now.saturating_add(Duration::from_secs(7200));

    told.completes("pay");

    let Phase::Compensating { at, .. } = told.instance.phase() else { panic!("forward") };
    assert_eq!(at.as_str(), "pay");
}

#[test]
fn an_attempt_ends_with_the_deadline_of_the_whole() {
    let mut told = Told::started(plan_with(3));
    told.now = told.now.saturating_add(Duration::from_secs(7190));
    told.completes("pay");

    let Next::Perform(call) = told.instance.next() else { panic!("reserve") };
    assert_eq!(Some(call.due), told.instance.deadline());
    assert_eq!(told.after(10), ["step-failed", "compensating", "compensation-started"]);
}

#[test]
fn no_step_is_begun_after_the_deadline() {
    let mut told = Told::started(plan_with(3));
    told.now = told.now.saturating_add(Duration::from_secs(7200));

    let events = told.completes("pay");

    assert_eq!(events, ["step-completed", "compensating", "compensation-started"]);
    let Phase::Compensating { because, .. } = told.instance.phase() else { panic!("forward") };
    assert_eq!(because, &Because::DeadlinePassed);
}

#[test]
fn an_instance_that_nobody_looked_after_until_its_deadline_is_compensated() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, failed());

    let events = told.after(100_000);

    assert_eq!(events, ["compensating", "compensation-started"]);
}

#[test]
fn optional_steps_do_not_keep_a_late_instance_from_its_end() {
    let mail = Step::new("ship").with_policy(StepPolicy::new().optional());
    let mut told = Told::started(plan_of([Step::new("pay"), mail]).unwrap());
    told.now = told.now.saturating_add(Duration::from_secs(7200));

    assert_eq!(told.completes("pay"), ["step-completed", "step-ignored", "completed"]);
}

#[test]
fn an_optional_step_that_waits_at_the_deadline_does_not_take_the_whole_back() {
    let mail = Step::new("ship").with_policy(StepPolicy::new().optional());
    let mut told = Told::started(plan_of([Step::new("pay"), mail]).unwrap());
    told.completes("pay");
    told.answers("ship", 1, failed());

    assert_eq!(told.after(7200), ["step-ignored", "completed"]);
}
