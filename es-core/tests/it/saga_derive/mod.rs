//! Sagas and activities by their derives: what the annotation says is what the machine has.
//!
//! A derived saga at run time is the one of `sagas_run`.

mod delivery;

use std::time::Duration;

use es_core::prelude::*;
use es_core::process::{
    Activity, ActivityError, Answer, Attempt, Call, CompensationPolicy, Direction, Input, Instance,
    Next, Perform, Plan, Reaction, RequestKind, RetryPolicy, Saga, Start, Step, StepName,
    StepPolicy,
};
use es_core::sagas::{PerformedBy, Performs};
use es_core::{Payload, Position};

use delivery::{
    Cancel, Confirm, Delivery, DeliveryStart, FaxArrived, OrderPlaced, OrderTyped, Paid, Pay,
    Refund, import,
};

#[test]
fn the_plan_is_what_the_annotation_says() {
    let pay = StepPolicy::new().with_timeout(Duration::from_secs(30)).with_retry(
        RetryPolicy::attempts(5)
            .with_first(Duration::from_millis(500))
            .with_factor(3)
            .with_at_most(Duration::from_secs(60)),
    );
    let confirm = StepPolicy::new()
        .with_retry(RetryPolicy::attempts(3).with_first(Duration::from_micros(1)))
        .optional();
    let of_compensations = RetryPolicy::attempts(10)
        .with_first(Duration::from_micros(1_500))
        .with_factor(1)
        .with_at_most(Duration::from_secs(86_400));
    let starts = [
        Start::new("order-placed").compensated(RequestKind::Activity),
        Start::new("order-imported"),
    ];
    let steps = [
        Step::new("pay").with_policy(pay).compensated(RequestKind::Activity),
        Step::new("reserve")
            .of_kind(RequestKind::Command)
            .with_policy(StepPolicy::new().may_be_skipped())
            .compensated(RequestKind::Command),
        Step::new("confirm").with_policy(confirm).without_compensation("a mail is not unsent"),
    ];
    let retired = [
        Step::new("take-deposit").compensated(RequestKind::Activity),
        Step::new("print").without_compensation("paper is patient"),
    ];
    let expected = Plan::new(3, Duration::from_secs(7_200), starts, steps)
        .and_then(|plan| plan.with_retired(retired))
        .and_then(|plan| {
            plan.with_compensation(CompensationPolicy {
                timeout: Duration::from_secs(60),
                retry: of_compensations,
            })
        });

    assert_eq!(Delivery::definition().plan(), expected);
    assert_eq!(Delivery::NAME, "delivery");
}

#[test]
fn what_is_left_out_has_the_defaults() {
    let steps = [Step::new("ping").compensated(RequestKind::Activity)];
    let expected = Plan::new(1, Duration::from_secs(60), [Start::new("order-placed")], steps);

    assert_eq!(delivery::Pinged::definition().plan(), expected);
}

#[test]
fn an_instance_is_found_by_its_tag_whatever_the_field_is_called() {
    let placed = DeliveryStart::from(OrderPlaced { order: "o-1".into(), customer: "c-1".into() });
    let imported = DeliveryStart::OrderImported(import::OrderPlaced { at: 1, id: "o-2".into() });
    let typed = DeliveryStart::from(OrderTyped { order: "o-3".into() });

    assert_eq!(Delivery::id(&placed), "o-1");
    assert_eq!(Delivery::id(&imported), "o-2");
    assert_eq!(Delivery::id(&typed), "o-3");
}

#[test]
fn the_state_begins_as_its_default_and_applies_the_start() {
    let mut delivery = Delivery::initial();
    assert_eq!(delivery, Delivery::default());

    delivery.start(FaxArrived { order: "o-4".into() }.into());

    assert_eq!(delivery.order, "o-4");
}

#[test]
fn an_activity_has_its_name_its_version_and_its_answer() {
    fn answer_of<A: Activity<Output = Paid>>() -> (&'static str, SchemaVersion) {
        (A::NAME, A::VERSION)
    }
    fn nothing_of<A: Activity<Output = ()>>() -> (&'static str, SchemaVersion) {
        (A::NAME, A::VERSION)
    }

    assert_eq!(answer_of::<Pay>(), ("pay", SchemaVersion(2)));
    assert_eq!(nothing_of::<Refund>(), ("refund", SchemaVersion(1)));
}

/// Answers with what it was asked.
struct Echo;

impl Perform<Pay> for Echo {
    async fn perform(&self, pay: Pay, _: &Call<'_>) -> Result<Paid, ActivityError> {
        Ok(Paid { receipt: format!("paid for {}", pay.order) })
    }
}

impl Perform<Refund> for Echo {
    async fn perform(&self, _: Refund, _: &Call<'_>) -> Result<(), ActivityError> {
        Err(ActivityError::refused("refund"))
    }
}

impl Perform<Confirm> for Echo {
    async fn perform(&self, _: Confirm, _: &Call<'_>) -> Result<(), ActivityError> {
        Err(ActivityError::refused("confirm"))
    }
}

impl Perform<Cancel> for Echo {
    async fn perform(&self, _: Cancel, _: &Call<'_>) -> Result<(), ActivityError> {
        Err(ActivityError::refused("cancel"))
    }
}

/// The commands among the steps need no performer, so this compiles.
async fn performed(instance: &Instance<Delivery>) -> Answer {
    let Next::Perform(call) = instance.next() else { panic!("an activity is due: {instance:?}") };
    Performs::<Delivery>::perform(&Echo, &call).await
}

fn told(instance: &Instance<Delivery>, input: Input<DeliveryStart>) -> Instance<Delivery> {
    let plan = Delivery::definition().plan().unwrap();
    match instance.decide(&plan, input, Timestamp::now()).unwrap() {
        Reaction::Changed { instance, .. } => *instance,
        Reaction::Ignored(reason) => panic!("ignored: {reason}"),
    }
}

fn answered(
    instance: &Instance<Delivery>,
    step: &str,
    direction: Direction,
    answer: Answer,
) -> Instance<Delivery> {
    let attempt = Attempt { step: StepName::new(step).unwrap(), direction, number: 1 };
    told(instance, Input::Answered { attempt, answer })
}

#[tokio::test]
async fn steps_and_compensations_go_to_whoever_performs_them() {
    let placed = OrderPlaced { order: "o-1".into(), customer: "c-1".into() };
    let start = Input::Start { event: placed.into(), position: Position(1) };
    let instance = told(&Instance::of_key("o-1").unwrap(), start);

    let paid = performed(&instance).await;
    assert_eq!(
        paid,
        Answer::Completed(Payload::of(&Paid { receipt: "paid for o-1".into() }).unwrap())
    );

    let instance = answered(&instance, "pay", Direction::Step, paid);
    assert_eq!(instance.state().receipt.as_deref(), Some("paid for o-1"));
    let refused = Answer::Refused("none left".into());
    let instance = answered(&instance, "reserve", Direction::Step, refused);
    assert_eq!(performed(&instance).await, Answer::Refused("refund".into()));

    let done = Answer::Completed(Payload::of(&()).unwrap());
    let instance = answered(&instance, "pay", Direction::Compensation, done);
    assert_eq!(performed(&instance).await, Answer::Refused("cancel".into()), "of the start");
}

#[tokio::test]
async fn a_request_of_no_step_is_a_failure() {
    let placed = OrderPlaced { order: "o-1".into(), customer: "c-1".into() };
    let start = Input::Start { event: placed.into(), position: Position(1) };
    let instance = told(&Instance::of_key("o-1").unwrap(), start);
    let Next::Perform(call) = instance.next() else { panic!("an activity is due") };

    let answer = delivery::Pinged::perform_by(&delivery::Ponged, &call).await;

    assert_eq!(answer, Answer::Failed("nobody performs `pay`".into()));
}
