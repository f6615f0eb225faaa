//! Acts of users and operators.

use es_core::process::{Because, End, Ignored, Intervention, Phase, StepName};
use es_core::sagas::{Outcome, TellError};
use es_core::{Actor, Reason};

use super::fulfilment::Fulfilment;
use super::services::{Manner, Services};
use super::{World, completed};

pub(super) fn actor() -> Actor {
    Actor::new("ada").unwrap()
}

pub(super) fn reason() -> Reason {
    Reason::new("the customer called").unwrap()
}

pub(super) fn seen(step: &str, attempt: u32) -> Intervention {
    let step = StepName::new(step).unwrap();
    Intervention { step, attempt, actor: actor(), reason: reason() }
}

#[tokio::test]
async fn a_cancel_takes_back_what_was_done_once_the_attempt_has_ended() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Waits));
    let _running = world.run(&services).await;
    world.place(17).await;
    services.called("ship", 1).await;

    world.sagas.cancel::<Fulfilment>(&17, actor(), reason()).await.unwrap();
    services.let_go();

    let because = Because::Cancelled { actor: actor(), reason: reason() };
    let at = StepName::new("ship").unwrap();
    assert_eq!(world.end(17).await, Outcome::Ended(End::Undone { because, at }));
    assert_eq!(services.names(), ["take-payment", "ship", "call-back", "refund", "cancel-order"]);
}

#[tokio::test]
async fn a_second_cancel_and_one_of_nothing_are_told_so() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Hangs));
    let _running = world.run(&services).await;
    world.place(17).await;
    services.called("ship", 1).await;
    world.sagas.cancel::<Fulfilment>(&17, actor(), reason()).await.unwrap();

    let again = world.sagas.cancel::<Fulfilment>(&17, actor(), reason()).await.unwrap_err();
    let nothing = world.sagas.cancel::<Fulfilment>(&18, actor(), reason()).await.unwrap_err();

    assert!(matches!(again, TellError::Ignored { reason: Ignored::AlreadyCancelled, .. }));
    assert!(matches!(nothing, TellError::Ignored { reason: Ignored::NotStarted, .. }));
}

#[tokio::test]
async fn a_step_that_hangs_is_skipped_at_once() {
    let (world, services) = (World::new(), Services::default().with("ship", Manner::Hangs));
    let _running = world.run(&services).await;
    world.place(17).await;
    services.called("ship", 1).await;

    world.sagas.skip::<Fulfilment>(&17, seen("ship", 1)).await.unwrap();

    assert_eq!(world.end(17).await, completed());
}

#[tokio::test]
async fn a_person_retries_a_compensation_or_marks_it_done() {
    let services = Services::default().with("ship", Manner::Refuses).with("refund", Manner::Fails);
    let world = World::new();
    let _running = world.run(&services).await;
    world.place(17).await;

    let asked = world.end(17).await;
    assert!(
        matches!(asked, Outcome::RequiresIntervention { ref step, .. } if step.as_str() == "take-payment")
    );

    world.sagas.retry::<Fulfilment>(&17, seen("take-payment", 3)).await.unwrap();
    services.called("refund", 6).await;
    loop {
        match world.end(17).await {
            Outcome::RequiresIntervention { .. } => break,
            Outcome::StillRunning => {}
            other => panic!("{other:?}"),
        }
    }
    world.sagas.mark_compensated::<Fulfilment>(&17, seen("take-payment", 6)).await.unwrap();

    assert!(matches!(world.end(17).await, Outcome::Ended(End::Undone { .. })));
    assert_eq!(services.names().last().unwrap(), "cancel-order");
    assert!(matches!(world.phase(17).await, Phase::Ended(_)));
}
