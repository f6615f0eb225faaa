//! From placing to shipping, and what is refused on the way.

use serde_json::json;

use crate::running::Service;

crate::on_both!(
    an_order_goes_from_placed_to_shipped,
    a_refusal_is_told_in_the_words_of_the_domain,
    an_order_can_be_cancelled,
);

async fn an_order_goes_from_placed_to_shipped(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    let path = format!("/orders/{}", placed.order());
    service.pay(placed.order(), "r-2", 600).await;
    let shipped = service.ship(placed.order(), "r-3").await;

    let order = service.read(&path, &shipped).await.body;

    assert_eq!(order["status"], "shipped");
    assert_eq!((&order["customer"], &order["items"]), (&json!("ada"), &json!(2)));
    assert_eq!((&order["total_cents"], &order["payment"]["method"]), (&json!(600), &json!("card")));
    assert!(order["placed_at"].as_str() < order["payment"]["at"].as_str(), "{order}");
    assert!(order["payment"]["at"].as_str() < order["shipped_at"].as_str(), "{order}");
    assert_eq!(order["cancelled_at"], json!(null));
}

async fn a_refusal_is_told_in_the_words_of_the_domain(service: &Service) {
    let placed = service.place("r-1", "ada").await;

    let unpaid = service.ship(placed.order(), "r-2").await;
    let too_little = service.pay(placed.order(), "r-3", 599).await;

    assert_eq!((unpaid.status, unpaid.kind.as_str()), (409, "application/problem+json"));
    assert_eq!(unpaid.detail(), "the order is not paid yet");
    assert_eq!(too_little.detail(), "the order costs 600 cents, not 599");
}

async fn an_order_can_be_cancelled(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    let path = format!("/orders/{}", placed.order());

    let cancelled = service.cancel(placed.order(), "r-2").await;

    let order = service.read(&path, &cancelled).await.body;
    assert_eq!(order["status"], "cancelled");
    assert!(order["cancelled_at"].is_string(), "{order}");
    let refused = service.pay(placed.order(), "r-3", 600).await;
    assert_eq!(refused.detail(), "the order was cancelled");
}
