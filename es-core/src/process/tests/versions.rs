//! Instances that go on in a newer plan.

use std::time::Duration;

use crate::process::{Answer, Direction, Next, Phase, Plan, Start, Step};

use super::world::{STEPS, Told, plan_of, plan_with};

/// A step that was done stays done, and what was inserted before it is not asked for.
#[test]
fn an_instance_goes_on_in_a_newer_plan_by_the_names_of_its_steps() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.plan = plan_of(["check", "pay", "reserve", "insure"].map(Step::new)).unwrap();

    told.completes("reserve");

    let Next::Perform(call) = told.instance.next() else { panic!("the next step") };
    assert_eq!(call.attempt.step.as_str(), "insure");
}

/// A step that was done is not asked for again, in whatever order a newer plan has it.
#[test]
fn an_instance_goes_on_behind_the_furthest_step_of_a_plan_in_another_order() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.plan = plan_of(["reserve", "pay", "ship"].map(Step::new)).unwrap();

    told.completes("reserve");

    let Next::Perform(call) = told.instance.next() else { panic!("the next step") };
    assert_eq!(call.attempt.step.as_str(), "ship");
}

#[test]
fn a_step_that_the_plan_has_no_more_is_compensated_nevertheless() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.plan = plan_of(["reserve", "ship"].map(Step::new)).unwrap();

    told.answers("reserve", 1, Answer::Refused("none left".into()));

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(
        (call.attempt.step.as_str(), call.attempt.direction),
        ("pay", Direction::Compensation)
    );
}

#[test]
fn a_retired_step_without_a_compensation_is_passed_by() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    let retired = Step::new("pay").without_compensation("a mail is not unsent");
    let plan = plan_of(["reserve", "ship"].map(Step::new)).unwrap();
    told.plan = plan.with_retired([retired]).unwrap();

    let events = told.answers("reserve", 1, Answer::Refused("none left".into()));

    assert_eq!(events, ["step-failed", "compensating", "compensation-started"]);
    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.step.as_str(), "order-placed");
}

/// The failure that it waits after is the reason, as it is of an attempt under way that fails.
#[test]
fn a_step_that_waits_and_that_the_plan_has_no_more_is_not_tried_again() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, Answer::Failed("connection reset".into()));
    told.plan = plan_of(["reserve", "ship"].map(Step::new)).unwrap();

    assert_eq!(told.after(1), ["compensating", "compensation-started"]);
    assert_eq!(reason(&told), "connection reset");
}

#[test]
fn a_step_under_way_that_the_plan_has_no_more_is_not_tried_again() {
    let mut told = Told::started(plan_with(3));
    told.plan = plan_of(["reserve", "ship"].map(Step::new)).unwrap();

    let events = told.answers("pay", 1, Answer::Failed("connection reset".into()));

    assert_eq!(events, ["step-failed", "compensating", "compensation-started"]);
    assert_eq!(reason(&told), "connection reset");
}

/// The reason for which all is taken back.
fn reason(told: &Told) -> String {
    match told.instance.phase() {
        Phase::Compensating { because, .. } => because.to_string(),
        phase => panic!("{phase:?}"),
    }
}

/// The version in which the instance was started decides.
#[test]
fn a_start_is_compensated_although_the_plan_has_it_no_more() {
    let mut told = Told::started(plan_with(3));
    let other = Start::new("order-imported");
    let hour = Duration::from_secs(3600);
    told.plan = Plan::new(2, hour, [other], STEPS.map(Step::new)).unwrap();

    told.answers("pay", 1, Answer::Refused("declined".into()));

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.step.as_str(), "order-placed");
}

#[test]
fn a_retired_step_has_a_name_of_its_own() {
    let plan = plan_with(3).with_retired([Step::new("ship")]);

    assert_eq!(plan.unwrap_err().to_string(), "the plan has two steps called `ship`");
}
