//! Compensations that fail for good, and what a person does then.

use crate::process::{
    Answer, Attempt, Because, Direction, End, Ignored, Input, Next, Phase, RetryPolicy, Step,
    StepPolicy, WayBack,
};

use super::world::{
    NO_WAY_BACK, Told, attempt_at, by_ada, by_ada_at, cancel, null, plan_of, plan_with,
};

/// An instance whose compensation of `pay` has failed six times.
fn stuck() -> Told {
    let mut told = Told::started(plan_with(3));
    told.completes("pay");
    told.answers("reserve", 1, Answer::Refused("none left".into()));
    for attempt in 1..=6 {
        fails(&mut told, attempt);
        if let Next::Wait { until } = told.instance.next() {
            told.now = until;
            told.tell(Input::TimePassed);
        }
    }
    told
}

fn fails(told: &mut Told, number: u32) -> Vec<String> {
    let attempt = Attempt { direction: Direction::Compensation, ..attempt_at("pay", number) };
    told.tell(Input::Answered { attempt, answer: Answer::Refused("no such payment".into()) })
}

#[test]
fn a_compensation_is_tried_again_after_1_2_4_8_and_16_seconds_then_a_person_is_asked() {
    let told = stuck();

    assert_eq!(told.now.unix_micros() / 1_000_000, 1 + 2 + 4 + 8 + 16);
    assert!(
        matches!(told.instance.next(), Next::Intervention { step, attempt: 6 } if step.as_str() == "pay")
    );
    assert_eq!(told.ignored(Input::TimePassed), Ignored::Early);
}

#[test]
fn a_retry_has_all_attempts_again_under_the_same_key() {
    let mut told = stuck();

    let events = told.tell(Input::Retry(by_ada_at("pay", 6)));

    assert_eq!(events, ["retry-requested", "compensation-started"]);
    let Next::Perform(call) = told.instance.next() else { panic!("attempt 7") };
    assert_eq!((call.attempt.number, call.key.as_str()), (7, "delivery/17/pay~compensation"));
    assert_eq!(fails(&mut told, 7), ["compensation-failed"]);
    assert_eq!(told.after(1), ["compensation-started"]);
}

#[test]
fn what_a_person_took_back_is_passed_by() {
    let mut told = stuck();

    let events = told.tell(Input::MarkCompensated(by_ada_at("pay", 6)));

    assert_eq!(events, ["manually-compensated", "compensation-started"]);
    assert_eq!(told.instance.trail()[1].way_back, WayBack::Manually);
    assert_eq!(told.is_compensated("order-placed"), ["compensated", "undone"]);
    assert!(matches!(
        told.instance.phase(),
        Phase::Ended(End::Undone { because: Because::Failed(_), .. })
    ));
}

/// A retry that is told twice starts one series of attempts, also if the first has failed meanwhile.
#[test]
fn an_operator_who_has_seen_an_earlier_attempt_changes_nothing() {
    let mut told = stuck();
    told.tell(Input::Retry(by_ada_at("pay", 6)));
    for attempt in 7..=12 {
        fails(&mut told, attempt);
        if let Next::Wait { until } = told.instance.next() {
            told.now = until;
            told.tell(Input::TimePassed);
        }
    }

    assert_eq!(told.ignored(Input::Retry(by_ada_at("pay", 6))), Ignored::OtherAttempt);
    assert_eq!(told.ignored(Input::MarkCompensated(by_ada_at("pay", 6))), Ignored::OtherAttempt);
}

/// The code may have been repaired meanwhile.
#[test]
fn a_retry_prepares_the_compensation_anew_and_counts() {
    let mut told = Told::started(plan_of([Step::new(NO_WAY_BACK), Step::new("ship")]).unwrap());
    told.completes(NO_WAY_BACK);
    told.answers("ship", 1, Answer::Refused("no such street".into()));

    let events = told.tell(Input::Retry(by_ada_at(NO_WAY_BACK, 1)));

    assert_eq!(events, ["retry-requested", "requires-intervention"]);
    let Next::Intervention { attempt, .. } = told.instance.next() else { panic!("goes on") };
    assert_eq!(attempt, 2);
}

#[test]
fn an_operator_who_has_seen_another_step_changes_nothing() {
    let told = stuck();

    assert_eq!(told.ignored(Input::Retry(by_ada_at("reserve", 6))), Ignored::OtherStep);
    assert_eq!(told.ignored(Input::MarkCompensated(by_ada_at("reserve", 6))), Ignored::OtherStep);
}

#[test]
fn a_cancel_ends_no_intervention() {
    let told = stuck();
    let mut cancelled = Told::started(plan_of([Step::new(NO_WAY_BACK)]).unwrap());
    cancelled.tell(cancel());
    cancelled.answers(NO_WAY_BACK, 1, Answer::Failed("reset".into()));

    assert_eq!(told.ignored(cancel()), Ignored::AlreadyCompensating);
    assert!(matches!(cancelled.instance.next(), Next::Intervention { .. }));
    assert_eq!(cancelled.ignored(cancel()), Ignored::AlreadyCancelled);
}

#[test]
fn a_step_that_waits_for_its_next_attempt_is_skipped() {
    let pay = Step::new("pay").with_policy(StepPolicy::new().may_be_skipped());
    let mut told = Told::started(plan_of([pay, Step::new("ship")]).unwrap());
    told.answers("pay", 1, Answer::Failed("reset".into()));

    assert_eq!(told.tell(Input::Skip(by_ada("pay"))), ["step-skipped", "step-started"]);
}

#[test]
fn a_step_is_skipped_at_the_attempt_that_was_seen() {
    let told = Told::started(
        plan_of([Step::new("pay").with_policy(StepPolicy::new().may_be_skipped())]).unwrap(),
    );

    assert_eq!(told.ignored(Input::Skip(by_ada_at("pay", 2))), Ignored::OtherAttempt);
}

#[test]
fn an_instance_that_goes_on_by_itself_needs_no_intervention() {
    let told = Told::started(plan_with(3));

    assert_eq!(told.ignored(Input::Retry(by_ada("pay"))), Ignored::NoIntervention);
    assert_eq!(told.ignored(Input::MarkCompensated(by_ada("pay"))), Ignored::NoIntervention);
}

#[test]
fn a_step_is_skipped_only_if_the_plan_allows_it() {
    let pay = Step::new("pay")
        .with_policy(StepPolicy::new().may_be_skipped().with_retry(RetryPolicy::attempts(3)));
    let mut told = Told::started(plan_of([pay, Step::new("ship")]).unwrap());

    assert_eq!(told.ignored(Input::Skip(by_ada("ship"))), Ignored::OtherStep);
    assert_eq!(told.tell(Input::Skip(by_ada("pay"))), ["step-skipped", "step-started"]);
    assert_eq!(told.ignored(Input::Skip(by_ada("ship"))), Ignored::NotSkippable);
}

/// The attempt was under way, and may still be.
#[test]
fn a_skipped_step_is_compensated_if_a_later_one_fails() {
    let mut told = Told::started(
        plan_of([
            Step::new("pay").with_policy(StepPolicy::new().may_be_skipped()),
            Step::new("ship"),
        ])
        .unwrap(),
    );
    told.tell(Input::Skip(by_ada("pay")));

    told.answers("ship", 1, Answer::Refused("no such street".into()));

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.step.as_str(), "pay");
}

/// The answer that led to it is stored all the same.
#[test]
fn a_compensation_that_cannot_be_prepared_asks_for_a_person() {
    let steps = [Step::new(NO_WAY_BACK), Step::new("ship")];
    let mut told = Told::started(plan_of(steps).unwrap());
    told.completes(NO_WAY_BACK);

    let events = told.answers("ship", 1, Answer::Refused("no such street".into()));

    assert_eq!(events, ["step-failed", "compensating", "requires-intervention"]);
    let Phase::Intervention { failure, .. } = told.instance.phase() else { panic!("goes on") };
    assert_eq!(failure.to_string(), "the saga has no step called `engrave`");
}

#[test]
fn a_late_answer_ends_no_intervention() {
    let told = stuck();
    let attempt = Attempt { direction: Direction::Compensation, ..attempt_at("pay", 6) };

    let reason = told.ignored(Input::Answered { attempt, answer: Answer::Completed(null()) });

    assert_eq!(reason, Ignored::Late);
}
