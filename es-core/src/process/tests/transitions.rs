//! Transitions one by one: answers, time, cancels, and inputs that change nothing.

use crate::process::{
    Answer, Attempt, Because, Direction, End, Failure, Ignored, Input, Made, Next, Phase,
    RetryPolicy, SagaError, Step, StepName, StepPolicy,
};
use crate::stream::Position;

use super::world::{
    Told, UNPREPARED, attempt_at, by_ada, cancel, null, placed, plan_of, plan_with, start,
};

fn refused() -> Answer {
    Answer::Refused("none left".into())
}

fn failed() -> Answer {
    Answer::Failed("connection reset".into())
}

fn undone(because: Because, at: &str) -> Phase {
    Phase::Ended(End::Undone { because, at: StepName::new(at).unwrap() })
}

#[test]
fn the_last_answer_completes_the_instance() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.completes("reserve");

    let events = told.completes("ship");

    assert_eq!(events, ["step-completed", "completed"]);
    assert_eq!(told.instance.phase(), &Phase::Ended(End::Completed));
    assert_eq!(told.instance.next(), Next::Nothing(&End::Completed));
}

#[test]
fn a_refusal_compensates_what_was_done_in_reverse_and_the_start_last() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.completes("reserve");

    let events = told.answers("ship", 1, refused());
    let reserve = told.is_compensated("reserve");
    let pay = told.is_compensated("pay");
    let order = told.is_compensated("order-placed");

    assert_eq!(events, ["step-failed", "compensating", "compensation-started"]);
    assert_eq!(reserve, ["compensated", "compensation-started"]);
    assert_eq!(pay, ["compensated", "compensation-started"]);
    assert_eq!(order, ["compensated", "undone"]);
    let because = Because::Failed(Failure::refused("none left"));
    assert_eq!(told.instance.phase(), &undone(because, "ship"));
}

#[test]
fn a_refusal_after_a_failure_compensates_the_step_as_well() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, failed());
    told.after(1);

    told.answers("pay", 2, refused());

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.direction, Direction::Compensation);
    assert_eq!(call.key.as_str(), "delivery/17/pay~compensation");
    assert_eq!(call.compensates.unwrap().as_str(), "delivery/17/pay");
    assert_eq!(call.request.body.as_str(), "null");
}

#[test]
fn the_compensation_of_what_was_done_is_told_the_answer() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");

    told.answers("reserve", 1, refused());

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!((call.request.name.as_str(), call.request.body.as_str()), ("pay-back", "7"));
}

#[test]
fn attempts_have_one_key_and_one_request_and_are_1_2_and_4_seconds_apart() {
    let mut told = Told::started(plan_with(4));
    let mut waits = Vec::new();
    let mut calls = Vec::new();

    for attempt in 1..=3 {
        let Next::Perform(call) = told.instance.next() else { panic!("attempt {attempt}") };
        calls.push((call.key.clone(), call.request.clone()));
        told.answers("pay", attempt, failed());
        let Next::Wait { until } = told.instance.next() else { panic!("wait {attempt}") };
        waits.push((until.unix_micros() - told.now.unix_micros()) / 1_000_000);
        told.now = until;
        told.tell(Input::TimePassed);
    }

    assert_eq!(waits, [1, 2, 4]);
    assert!(calls.windows(2).all(|two| two[0] == two[1]), "{calls:?}");
}

#[test]
fn an_optional_step_that_fails_is_noted_and_the_next_one_is_asked_for() {
    let optional = Step::new("pay")
        .with_policy(StepPolicy::new().optional().with_retry(RetryPolicy::attempts(1)));
    let mut told = Told::started(plan_of([optional, Step::new("ship")]).unwrap());

    let events = told.answers("pay", 1, failed());

    assert_eq!(events, ["step-failed", "step-ignored", "step-started"]);
}

/// It may have been done, so it is compensated if a later step fails.
#[test]
fn an_optional_step_that_was_ignored_is_compensated_later() {
    let optional = Step::new("pay")
        .with_policy(StepPolicy::new().optional().with_retry(RetryPolicy::attempts(1)));
    let mut told = Told::started(plan_of([optional, Step::new("ship")]).unwrap());
    told.answers("pay", 1, failed());

    told.answers("ship", 1, refused());

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.step.as_str(), "pay");
}

#[test]
fn a_step_without_compensation_is_passed_by_on_the_way_back() {
    let mail = Step::new("reserve").without_compensation("a mail is not unsent");
    let mut told = Told::started(plan_of([Step::new("pay"), mail, Step::new("ship")]).unwrap());
    told.completes("pay");
    told.completes("reserve");

    told.answers("ship", 1, refused());

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.step.as_str(), "pay");
}

#[test]
fn an_answer_to_an_attempt_whose_time_is_over_is_late() {
    let mut told = Told::started(plan_with(3));
    told.after(30);

    let answer = Answer::Completed(null());
    let reason = told.ignored(Input::Answered { attempt: attempt_at("pay", 1), answer });

    assert_eq!(reason, Ignored::Late);
}

#[test]
fn an_answer_to_an_earlier_attempt_is_late() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, failed());
    told.after(1);

    let answer = Answer::Completed(null());
    let reason = told.ignored(Input::Answered { attempt: attempt_at("pay", 1), answer });

    assert_eq!(reason, Ignored::Late);
}

#[test]
fn an_attempt_that_another_process_makes_again_says_so() {
    let mut told = Told::started(plan_with(3));
    let made = |told: &Told| match told.instance.next() {
        Next::Perform(call) => call.made,
        next => panic!("{next:?}"),
    };

    let first = made(&told);
    told.tell(Input::Resumed(attempt_at("pay", 1)));

    assert_eq!((first, made(&told)), (Made::Once, Made::Again));
    let again = Input::Resumed(attempt_at("pay", 1));
    assert_eq!(told.ignored(again), Ignored::AlreadyResumed);
}

#[test]
fn an_answer_to_a_compensation_is_none_to_the_step() {
    let told = Told::started(plan_with(3));
    let attempt = Attempt { direction: Direction::Compensation, ..attempt_at("pay", 1) };

    let reason = told.ignored(Input::Answered { attempt, answer: Answer::Completed(null()) });

    assert_eq!(reason, Ignored::Late);
}

#[test]
fn a_second_start_and_inputs_before_the_first_change_nothing() {
    let told = Told::started(plan_with(3));
    let later = Input::Start { event: placed(), position: Position(9) };
    let new = Told::new(plan_with(3));

    assert_eq!(told.ignored(start()), Ignored::AlreadyStarted);
    assert_eq!(told.ignored(later), Ignored::AlreadyStarted);
    assert_eq!(new.ignored(Input::TimePassed), Ignored::NotStarted);
    assert_eq!(new.ignored(cancel()), Ignored::NotStarted);
    assert_eq!(new.instance.next(), Next::Start);
}

#[test]
fn an_ended_instance_takes_no_input() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, refused());
    told.is_compensated("order-placed");

    let inputs = [start(), Input::TimePassed, cancel(), Input::Retry(by_ada("pay"))];

    assert_eq!(inputs.map(|input| told.ignored(input)), [Ignored::Ended; 4]);
}

#[test]
fn a_cancel_lets_the_attempt_end_and_asks_for_no_other() {
    let mut told = Told::started(plan_with(3));

    let asked = told.tell(cancel());
    let again = told.ignored(cancel());
    let failed = told.answers("pay", 1, failed());

    assert_eq!(asked, ["cancel-requested"]);
    assert_eq!(again, Ignored::AlreadyCancelled);
    assert_eq!(failed, ["step-failed", "compensating", "compensation-started"]);
    assert_eq!(told.ignored(cancel()), Ignored::AlreadyCancelled);
}

#[test]
fn a_cancel_that_was_accepted_counts_although_the_last_step_is_done() {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.completes("reserve");
    told.tell(cancel());

    let events = told.completes("ship");

    assert_eq!(events, ["step-completed", "compensating", "compensation-started"]);
}

#[test]
fn a_cancel_ends_the_wait_for_the_next_attempt() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, failed());

    let events = told.tell(cancel());

    assert_eq!(events, ["cancel-requested", "compensating", "compensation-started"]);
}

#[test]
fn a_compensation_is_never_cancelled() {
    let mut told = Told::started(plan_with(3));
    told.answers("pay", 1, refused());

    assert_eq!(told.ignored(cancel()), Ignored::AlreadyCompensating);
}

/// It can be told again once the code is repaired, unless the time of the attempt is over by then.
#[test]
fn an_answer_of_another_type_is_an_error() {
    let told = Told::started(plan_with(3));
    let answer = Answer::Completed(null());

    let input = Input::Answered { attempt: attempt_at("pay", 1), answer };
    let error = told.instance.decide(&told.plan, input, told.now).unwrap_err();

    assert!(matches!(error, SagaError::Output { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the answer of step `pay` cannot be read");
}

#[test]
fn a_step_that_cannot_be_prepared_takes_the_whole_back() {
    let mut told = Told::started(plan_of([Step::new("pay"), Step::new(UNPREPARED)]).unwrap());

    let events = told.completes("pay");

    assert_eq!(events, ["step-completed", "compensating", "compensation-started"]);
    let Phase::Compensating { because, at, .. } = told.instance.phase() else { panic!("forward") };
    assert_eq!(because.to_string(), "the saga has no step called `measure`");
    assert_eq!(at.as_str(), "pay");
}

#[test]
fn an_optional_step_that_cannot_be_prepared_is_ignored() {
    let insure = Step::new(UNPREPARED).with_policy(StepPolicy::new().optional());
    let mut told = Told::started(plan_of([Step::new("pay"), insure]).unwrap());

    assert_eq!(told.completes("pay"), ["step-completed", "step-ignored", "completed"]);
}
