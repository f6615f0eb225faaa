//! Sagas as a service writes them, over the store in memory: appended, performed and read again.

mod driver;
mod fulfilment;
mod services;
mod stock;
mod versions;

use es_core::prelude::*;
use es_core::process::{Because, End, Failure, Phase, StepName};

use driver::{run, stored};
use fulfilment::ITEM;
use services::{Manner, Services};
use stock::Stock;

async fn end_of(services: &Services) -> End {
    end_with(services, 3).await.0
}

/// The end of an order of one piece, and the stock after it.
async fn end_with(services: &Services, pieces: u32) -> (End, u32) {
    let (store, instance) = run(services, pieces).await;
    assert_eq!(stored(&store).await, instance, "the fold of what is stored");
    let stock = Repository::<Stock, _>::new(store).load(&ITEM.into()).await.unwrap();
    match instance.phase() {
        Phase::Ended(end) => (end.clone(), stock.state.pieces),
        phase => panic!("not at its end: {phase:?}"),
    }
}

fn undone(because: Failure, at: &str) -> End {
    End::Undone { because: Because::Failed(because), at: StepName::new(at).unwrap() }
}

#[tokio::test]
async fn an_order_is_paid_shipped_and_confirmed() {
    let services = Services::default();

    assert_eq!(end_of(&services).await, End::Completed);
    assert_eq!(services.requests(), ["take-payment 500", "create-shipment", "confirm"]);
}

#[tokio::test]
async fn without_a_shipment_the_money_goes_back_and_the_order_is_cancelled() {
    let services = Services::of(Manner::DoesNotShip);

    assert_eq!(
        end_of(&services).await,
        undone(Failure::refused("no such street"), "create-shipment")
    );
    assert_eq!(
        services.requests(),
        ["take-payment 500", "create-shipment", "refund 500 of payment Some(7)", "cancel-order"]
    );
}

#[tokio::test]
async fn a_piece_is_reserved_in_the_append_that_completes_the_step() {
    let (end, pieces) = end_with(&Services::default(), 3).await;

    assert_eq!((end, pieces), (End::Completed, 2));
}

#[tokio::test]
async fn a_rejected_reservation_is_not_given_back() {
    let services = Services::default();

    let (end, pieces) = end_with(&services, 0).await;

    assert_eq!((end, pieces), (undone(Failure::refused("none left"), "reserve-stock"), 0));
    assert_eq!(
        services.requests(),
        ["take-payment 500", "refund 500 of payment Some(7)", "cancel-order"]
    );
}

#[tokio::test]
async fn a_reserved_piece_is_given_back() {
    let (end, pieces) = end_with(&Services::of(Manner::DoesNotShip), 3).await;

    assert!(matches!(end, End::Undone { .. }), "{end:?}");
    assert_eq!(pieces, 3);
}

#[tokio::test]
async fn a_card_that_was_declined_is_not_refunded() {
    let services = Services::of(Manner::DeclinesCards);

    assert_eq!(end_of(&services).await, undone(Failure::refused("declined"), "take-payment"));
    assert_eq!(services.requests(), ["take-payment 500", "cancel-order"]);
}

#[tokio::test]
async fn a_payment_without_an_answer_is_refunded_by_the_key_of_its_step() {
    let services = Services::of(Manner::LosesPayments);

    let lost = Failure::failed("the connection is lost: reset by peer");
    assert_eq!(end_of(&services).await, undone(lost, "take-payment"));
    assert_eq!(
        services.requests(),
        ["take-payment 500", "take-payment 500", "refund 500 of payment None", "cancel-order"]
    );
    assert_eq!(services.refunded(), ["fulfilment/17/take-payment"]);
}

#[tokio::test]
async fn a_confirmation_that_fails_is_ignored() {
    let services = Services::of(Manner::DoesNotConfirm);

    assert_eq!(end_of(&services).await, End::Completed);
}
