//! Plans that no instance could follow.

use std::time::Duration;

use crate::process::{CompensationPolicy, Plan, PlanError, RetryPolicy, Start, Step, StepPolicy};

const HOUR: Duration = Duration::from_secs(3600);
const YEARS_300: Duration = Duration::from_secs(300 * 365 * 86_400);

fn error_of(step: Step) -> String {
    Plan::new(1, HOUR, [Start::new("placed")], [step]).unwrap_err().to_string()
}

fn error_of_retry(retry: RetryPolicy) -> String {
    error_of(Step::new("pay").with_policy(StepPolicy::new().with_retry(retry)))
}

#[test]
fn a_plan_has_a_start_and_steps() {
    assert_eq!(Plan::new(1, HOUR, [], [Step::new("pay")]), Err(PlanError::NoStart));
    assert_eq!(Plan::new(1, HOUR, [Start::new("placed")], []), Err(PlanError::NoSteps));
}

#[test]
fn a_step_is_not_called_as_another_step_or_a_start() {
    assert_eq!(error_of(Step::new("placed")), "the plan has two steps called `placed`");
}

#[test]
fn a_name_that_cannot_be_stored_is_refused() {
    assert!(error_of(Step::new("pay now")).starts_with("the step name \"pay now\" holds ' '"));
    assert!(error_of(Step::new("")).starts_with("the step name \"\" is empty"));
}

#[test]
fn a_duration_of_zero_or_of_300_years_is_refused() {
    assert_eq!(
        error_of(Step::new("pay").with_policy(StepPolicy::new().with_timeout(Duration::ZERO))),
        "the timeout of step `pay` is 0ns; allowed are 1 microsecond to 36500 days"
    );
    assert!(
        error_of(Step::new("pay").with_policy(StepPolicy::new().with_timeout(YEARS_300)))
            .contains("to 36500 days")
    );
    for deadline in [Duration::ZERO, YEARS_300] {
        let plan = Plan::new(1, deadline, [Start::new("placed")], [Step::new("pay")]);
        assert!(matches!(plan, Err(PlanError::Duration { .. })), "{plan:?}");
    }
}

/// Instants are in whole microseconds: a shorter time is none.
#[test]
fn a_duration_below_a_microsecond_is_refused() {
    assert_eq!(
        error_of(
            Step::new("pay").with_policy(StepPolicy::new().with_timeout(Duration::from_nanos(999)))
        ),
        "the timeout of step `pay` is 999ns; allowed are 1 microsecond to 36500 days"
    );
}

#[test]
fn a_step_ends_before_the_deadline_of_the_whole() {
    assert_eq!(
        error_of(Step::new("pay").with_policy(StepPolicy::new().with_timeout(HOUR * 2))),
        "the timeout of step `pay` is 7200s, longer than the deadline of 3600s"
    );
}

#[test]
fn attempts_and_factors_of_zero_are_refused() {
    assert_eq!(
        error_of_retry(RetryPolicy::attempts(0)),
        "the attempts of step `pay` are 0; the first one counts, so write at least 1"
    );
    assert_eq!(
        error_of_retry(RetryPolicy::attempts(1).with_factor(0)),
        "the factor of step `pay` is 0; write 1 for equal delays"
    );
}

#[test]
fn the_first_delay_is_not_longer_than_the_longest() {
    assert_eq!(
        error_of_retry(RetryPolicy::attempts(2).with_first(HOUR)),
        "the first delay of step `pay` is 3600s, longer than the longest delay of 30s"
    );
}

#[test]
fn a_step_is_compensated_or_says_why_not() {
    assert_eq!(
        error_of(Step::new("mail").without_compensation("")),
        "the step `mail` is not compensated, and the reason for that is empty"
    );
}

#[test]
fn a_retired_step_says_why_it_is_not_compensated_as_well() {
    let plan = Plan::new(1, HOUR, [Start::new("placed")], [Step::new("pay")]).unwrap();

    let refused = plan.with_retired([Step::new("mail").without_compensation("")]);

    assert_eq!(refused, Err(PlanError::NoReason { step: "mail" }));
}

#[test]
fn attempts_of_compensations_are_checked_as_well() {
    let plan = Plan::new(1, HOUR, [Start::new("placed")], [Step::new("pay")]).unwrap();
    let policy = CompensationPolicy { retry: RetryPolicy::attempts(0), ..Default::default() };

    let error = plan.with_compensation(policy).unwrap_err();

    assert_eq!(
        error.to_string(),
        "the attempts of compensations are 0; the first one counts, so write at least 1"
    );
}
