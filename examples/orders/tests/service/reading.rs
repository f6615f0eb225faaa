//! What the read model shows, and when.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::running::{Answer, Service, answered};

crate::on_both!(
    what_was_written_is_read,
    what_is_not_there_after_two_seconds_is_told,
    orders_are_listed_by_customer_and_status,
    a_long_list_comes_in_pages_the_newest_first,
    a_customer_has_a_name_beside_the_orders,
    the_service_tells_how_it_is,
);

async fn what_was_written_is_read(service: &Service) {
    for nth in 0..30 {
        let placed = service.place(&format!("r-{nth}"), "ada").await;

        let read = service.read(&format!("/orders/{}", placed.order()), &placed).await;

        assert_eq!((read.status, &read.body["status"]), (200, &json!("placed")));
    }
}

async fn what_is_not_there_after_two_seconds_is_told(service: &Service) {
    let asked = Instant::now();

    let response = service.get("/orders").header("es-token", "999999999").send().await;

    let response = response.expect("an answer");
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert!(asked.elapsed() >= Duration::from_secs(2), "{:?}", asked.elapsed());
}

fn customers(answer: &Answer) -> Vec<&str> {
    let orders = answer.body["orders"].as_array().expect("orders").iter();
    orders.map(|order| order["customer"].as_str().expect("a customer")).collect()
}

async fn orders_are_listed_by_customer_and_status(service: &Service) {
    let of_ada = service.place("r-1", "ada").await;
    service.place("r-2", "bob").await;
    service.place("r-3", "ada").await;
    let last = service.pay(of_ada.order(), "r-4", 600).await;

    let all = service.read("/orders", &last).await;
    let open = service.read("/orders?status=placed", &last).await;
    let of_ada_open = service.read("/orders?customer=ada&status=placed", &last).await;
    let nobodys = service.read("/orders?customer=eve", &last).await;

    assert_eq!(customers(&all), ["ada", "bob", "ada"]);
    assert_eq!(customers(&open), ["ada", "bob"]);
    assert_eq!(customers(&of_ada_open), ["ada"]);
    assert_eq!(nobodys.body, json!({ "orders": [], "next_before": null }));
}

async fn a_long_list_comes_in_pages_the_newest_first(service: &Service) {
    let mut last = service.place("r-0", "c0").await;
    for nth in 1..5 {
        last = service.place(&format!("r-{nth}"), &format!("c{nth}")).await;
    }

    let first = service.read("/orders?limit=2", &last).await;
    let next = |page: &Answer| format!("/orders?limit=2&before={}", page.body["next_before"]);
    let second = service.read(&next(&first), &last).await;
    let third = service.read(&next(&second), &last).await;

    assert_eq!(customers(&first), ["c4", "c3"]);
    assert_eq!(customers(&second), ["c2", "c1"]);
    assert_eq!(customers(&third), ["c0"]);
    assert_eq!(third.body["next_before"], Value::Null);
}

async fn a_customer_has_a_name_beside_the_orders(service: &Service) {
    let placed = service.place("r-1", "ada").await;

    service.put("/customers/ada", json!({ "name": "Ada" })).await;
    let named = service.put("/customers/ada", json!({ "name": "Ada Lovelace" })).await;

    assert_eq!(named.status, 204);
    let read = service.read(&format!("/orders/{}", placed.order()), &placed).await;
    assert_eq!(read.body["customer_name"], "Ada Lovelace");
}

async fn the_service_tells_how_it_is(service: &Service) {
    let placed = service.place("r-1", "ada").await;
    service.read("/orders", &placed).await;

    let health = answered(service.get("/health")).await;

    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    assert_eq!(health.body["findings"], json!([]));
}
