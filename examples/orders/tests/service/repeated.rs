//! Requests that are sent more than once.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::running::{Service, answered, tea};

crate::on_both!(
    a_retry_is_answered_as_the_first_time_and_stores_nothing,
    a_retry_after_more_has_happened_is_answered_as_the_first_time,
    a_retry_after_a_lost_reply_is_answered_and_stores_nothing,
    retries_at_the_same_moment_are_one_request,
    a_request_id_is_not_taken_for_another_request,
    a_request_id_is_not_taken_for_that_of_another_user,
    a_request_id_with_a_colon_is_refused,
    a_request_id_that_is_too_long_with_its_user_is_refused,
    what_was_refused_stays_refused_until_it_is_asked_anew,
);

async fn a_retry_is_answered_as_the_first_time_and_stores_nothing(service: &Service) {
    let first = service.place("r-1", "ada").await;

    let second = service.place("r-1", "ada").await;

    assert_eq!((first.status, &first.body["version"]), (201, &json!(1)));
    assert_eq!(second, first);
    let all = service.read("/orders", &first).await;
    assert_eq!(all.body["orders"].as_array().map(Vec::len), Some(1));
}

async fn a_retry_after_more_has_happened_is_answered_as_the_first_time(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    let paid = service.pay(placed.order(), "r-2", 600).await;
    let shipped = service.ship(placed.order(), "r-3").await;

    assert_eq!(service.place("r-1", "ada").await, placed);
    assert_eq!(service.pay(placed.order(), "r-2", 600).await, paid);
    assert_eq!(service.ship(placed.order(), "r-3").await, shipped);
    assert_eq!((&paid.body["status"], &paid.body["version"]), (&json!("paid"), &json!(2)));
}

async fn a_retry_after_a_lost_reply_is_answered_and_stores_nothing(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    let body = json!({ "method": "card", "cents": 600 }).to_string();
    let address = service.address.strip_prefix("http://").expect("an address");
    let mut caller = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "POST /orders/{}/pay HTTP/1.1\r\nhost: {address}\r\nidempotency-key: r-2\r\n\
         x-user: mia\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        placed.order(),
        body.len(),
    );
    caller.write_all(request.as_bytes()).await.expect("written");
    // The answer is on its way: hang up without reading it.
    caller.readable().await.expect("an answer");
    drop(caller);

    let paid = service.pay(placed.order(), "r-2", 600).await;

    assert_eq!((paid.status, &paid.body["version"]), (200, &json!(2)));
    let other = service.pay(placed.order(), "r-3", 600).await;
    assert_eq!(other.detail(), "the order is paid already");
}

async fn retries_at_the_same_moment_are_one_request(service: &Service) {
    let placed = join_all((0..8).map(|_| service.place("r-1", "ada"))).await;
    let order = placed[0].order();

    let paid = join_all((0..8).map(|_| service.pay(order, "r-2", 600))).await;

    assert_eq!(placed, vec![placed[0].clone(); 8]);
    assert_eq!(paid, vec![paid[0].clone(); 8]);
    assert_eq!((paid[0].status, &paid[0].body["version"]), (200, &json!(2)));
}

async fn a_request_id_is_not_taken_for_another_request(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    let other = service.place("r-2", "bob").await;
    service.pay(placed.order(), "r-3", 600).await;

    let other_customer = service.place("r-1", "bob").await;
    let other_order = service.pay(other.order(), "r-3", 600).await;
    let other_command = service.ship(placed.order(), "r-3").await;

    for refused in [other_customer, other_order, other_command] {
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!("idempotency-key")));
    }
    let open = service.read("/orders?status=placed", &other).await;
    assert_eq!(open.body["orders"][0]["id"], other.order());
}

async fn a_request_id_is_not_taken_for_that_of_another_user(service: &Service) {
    let of_mia = service.place("r-1", "ada").await;

    let as_zoe = service.unnamed_post("/orders").header("x-user", "zoe");
    let of_zoe = answered(as_zoe.header("idempotency-key", "r-1").json(&tea("ada"))).await;

    assert_eq!((of_mia.status, of_zoe.status), (201, 201));
    assert_ne!(of_zoe.order(), of_mia.order());
}

async fn a_request_id_with_a_colon_is_refused(service: &Service) {
    let refused = service.place("mia:r-1", "ada").await;

    assert_eq!((refused.status, &refused.body["field"]), (422, &json!("idempotency-key")));
    assert_eq!(refused.detail(), "`idempotency-key` holds a colon");
}

/// Of 80 characters that take four bytes each, an id of 256 bytes has no room.
async fn a_request_id_that_is_too_long_with_its_user_is_refused(service: &Service) {
    let user = "🦀".repeat(80);
    let fields = [
        ("request", "r-1"),
        ("user", &user),
        ("customer", "ada"),
        ("sku", "tea"),
        ("quantity", "2"),
        ("unit_cents", "300"),
    ];

    let refused = service.form("/place", &fields).await;

    assert_eq!(refused.status().as_u16(), 422);
}

async fn what_was_refused_stays_refused_until_it_is_asked_anew(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    let too_early = service.ship(placed.order(), "r-3").await;
    service.pay(placed.order(), "r-2", 600).await;

    let again = service.ship(placed.order(), "r-3").await;
    let anew = service.ship(placed.order(), "r-4").await;

    assert_eq!((too_early.status, anew.status), (409, 200));
    assert_eq!(again, too_early);
}

/// A caller that gives up takes its request with it, or not: either way a retry is answered.
#[tokio::test]
async fn a_caller_that_gives_up_may_ask_again() {
    let service = Service::in_memory().await;
    for nth in 0..50 {
        let request = format!("r-{nth}");
        let asked = service.post("/orders", &request).json(&tea("ada"));
        let _ = asked.timeout(Duration::from_micros(200 * nth)).send().await;

        let placed = answered(service.post("/orders", &request).json(&tea("ada"))).await;

        assert_eq!((placed.status, &placed.body["version"]), (201, &json!(1)));
    }
}
