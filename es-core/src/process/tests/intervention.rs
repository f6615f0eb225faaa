//! Compensations that fail for good, and what a person does then.

use crate::process::{
    Answer, Attempt, Because, Direction, End, Ignored, Input, Next, Phase, RetryPolicy, Step,
};

use super::world::{Told, attempt_at, by_ada, null, plan_of, plan_with};

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
    assert!(matches!(told.instance.next(), Next::Intervention { step } if step.as_str() == "pay"));
    assert_eq!(told.ignored(Input::TimePassed), Ignored::Early);
}

#[test]
fn a_retry_has_all_attempts_again_under_the_same_key() {
    let mut told = stuck();

    let events = told.tell(Input::Retry(by_ada("pay")));

    assert_eq!(events, ["retry-requested", "compensation-started"]);
    let Next::Perform(call) = told.instance.next() else { panic!("attempt 7") };
    assert_eq!((call.attempt.number, call.key.as_str()), (7, "delivery/17/pay~compensation"));
    assert_eq!(fails(&mut told, 7), ["compensation-failed"]);
    assert_eq!(told.after(1), ["compensation-started"]);
}

#[test]
fn what_a_person_took_back_is_passed_by() {
    let mut told = stuck();

    let events = told.tell(Input::MarkCompensated(by_ada("pay")));

    assert_eq!(events, ["manually-compensated", "compensation-started"]);
    assert_eq!(told.is_compensated("order-placed"), ["compensated", "undone"]);
    assert!(matches!(
        told.instance.phase(),
        Phase::Ended(End::Undone { because: Because::Failed(_), .. })
    ));
}

#[test]
fn an_operator_who_has_seen_another_step_changes_nothing() {
    let told = stuck();

    assert_eq!(told.ignored(Input::Retry(by_ada("reserve"))), Ignored::OtherStep);
    assert_eq!(told.ignored(Input::MarkCompensated(by_ada("reserve"))), Ignored::OtherStep);
}

#[test]
fn an_instance_that_goes_on_by_itself_needs_no_intervention() {
    let told = Told::started(plan_with(3));

    assert_eq!(told.ignored(Input::Retry(by_ada("pay"))), Ignored::NoIntervention);
    assert_eq!(told.ignored(Input::MarkCompensated(by_ada("pay"))), Ignored::NoIntervention);
}

#[test]
fn a_step_is_skipped_only_if_the_plan_allows_it() {
    let pay = Step::new("pay").may_be_skipped().with_retry(RetryPolicy::attempts(3));
    let mut told = Told::started(plan_of([pay, Step::new("ship")]).unwrap());

    assert_eq!(told.ignored(Input::Skip(by_ada("ship"))), Ignored::OtherStep);
    assert_eq!(told.tell(Input::Skip(by_ada("pay"))), ["step-skipped", "step-started"]);
    assert_eq!(told.ignored(Input::Skip(by_ada("ship"))), Ignored::NotSkippable);
}

/// The attempt was under way, and may still be.
#[test]
fn a_skipped_step_is_compensated_if_a_later_one_fails() {
    let mut told =
        Told::started(plan_of([Step::new("pay").may_be_skipped(), Step::new("ship")]).unwrap());
    told.tell(Input::Skip(by_ada("pay")));

    told.answers("ship", 1, Answer::Refused("no such street".into()));

    let Next::Perform(call) = told.instance.next() else { panic!("the compensation") };
    assert_eq!(call.attempt.step.as_str(), "pay");
}

#[test]
fn a_late_answer_ends_no_intervention() {
    let told = stuck();
    let attempt = Attempt { direction: Direction::Compensation, ..attempt_at("pay", 6) };

    let reason = told.ignored(Input::Answered { attempt, answer: Answer::Completed(null()) });

    assert_eq!(reason, Ignored::Late);
}
