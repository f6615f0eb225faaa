//! What is wrong is told with the field and what is allowed there.

use serde_json::{Value, json};

use crate::running::{Answer, Service, answered, tea};

async fn posted(service: &Service, body: Value) -> Answer {
    answered(service.post("/orders", "r-1").json(&body)).await
}

#[tokio::test]
async fn a_value_that_is_too_long_is_told_with_its_field_and_limit() {
    let service = Service::in_memory().await;

    let answer = posted(&service, tea(&"a".repeat(81))).await;

    assert_eq!((answer.status, answer.kind.as_str()), (422, "application/problem+json"));
    assert_eq!(answer.body["field"], "customer");
    assert_eq!(answer.detail(), "`customer` is 81 characters long");
    assert_eq!(answer.body["limit"], "1 to 80 characters, none of them a control character");
}

#[tokio::test]
async fn a_value_of_another_type_is_told_with_its_path() {
    let service = Service::in_memory().await;
    let line = json!({ "sku": "tea", "quantity": "two", "unit_cents": 300 });

    let answer = posted(&service, json!({ "customer": "ada", "lines": [line] })).await;

    assert_eq!((answer.status, &answer.body["field"]), (422, &json!("lines[0].quantity")));
}

#[tokio::test]
async fn a_field_that_there_is_not_is_refused() {
    let service = Service::in_memory().await;

    let answer = posted(&service, json!({ "customer": "ada", "lines": [], "price": 1 })).await;

    assert_eq!((answer.status, &answer.body["field"]), (422, &json!("price")));
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let service = Service::in_memory().await;
    let post = || service.post("/orders", "r-1");

    let broken = post().header("content-type", "application/json").body("{\"customer\": ");
    let broken = answered(broken).await;
    let other = answered(post().header("content-type", "text/plain").body("{}")).await;

    assert_eq!((broken.status, broken.kind.as_str()), (400, "application/problem+json"));
    assert_eq!(other.status, 415);
}

#[tokio::test]
async fn too_many_lines_are_refused() {
    let service = Service::in_memory().await;
    let line = json!({ "sku": "tea", "quantity": 1, "unit_cents": 300 });

    let answer = posted(&service, json!({ "customer": "ada", "lines": vec![line; 51] })).await;

    assert_eq!((answer.status, &answer.body["field"]), (422, &json!("lines")));
    assert_eq!(answer.body["limit"], "at most 50");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let service = Service::in_memory().await;

    let answer = posted(&service, tea(&"a".repeat(70_000))).await;

    assert_eq!((answer.status, answer.kind.as_str()), (413, "application/problem+json"));
}

#[tokio::test]
async fn a_request_without_a_name_is_refused() {
    let service = Service::in_memory().await;

    let unnamed = answered(service.unnamed_post("/orders").json(&tea("ada"))).await;
    let empty = answered(service.post("/orders", "").json(&tea("ada"))).await;

    assert_eq!(unnamed.status, 400);
    assert!(unnamed.detail().starts_with("the header `idempotency-key` is missing"));
    assert_eq!((empty.status, &empty.body["field"]), (422, &json!("idempotency-key")));
}

#[tokio::test]
async fn an_order_that_there_is_not_is_not_found() {
    let service = Service::in_memory().await;
    let nobodys = "00000000-0000-0000-0000-000000000000";

    let read = answered(service.get(&format!("/orders/{nobodys}"))).await;
    let paid = service.pay(nobodys, "r-1", 600).await;
    let no_id = service.pay("7", "r-1", 600).await;

    assert_eq!((read.status, paid.status, no_id.status), (404, 404, 404));
    assert_eq!(no_id.detail(), "there is no order 7");
}

#[tokio::test]
async fn an_address_or_a_method_that_there_is_not_is_told() {
    let service = Service::in_memory().await;

    let nowhere = answered(service.get("/order")).await;
    let method = answered(service.post("/health", "r-1")).await;
    let no_text = answered(service.get("/orders/%FF")).await;

    assert_eq!((no_text.status, no_text.kind.as_str()), (400, "application/problem+json"));
    assert_eq!((nowhere.status, nowhere.kind.as_str()), (404, "application/problem+json"));
    assert_eq!((method.status, method.kind.as_str()), (405, "application/problem+json"));
}

#[tokio::test]
async fn a_wrong_question_is_told_with_its_parameter() {
    let service = Service::in_memory().await;

    let status = answered(service.get("/orders?status=lost")).await;
    let limit = answered(service.get("/orders?limit=1000")).await;
    let unknown = answered(service.get("/orders?customers=ada")).await;
    let token = answered(service.get("/orders").header("es-token", "soon")).await;

    assert_eq!((status.status, &status.body["field"]), (422, &json!("status")));
    assert_eq!(status.detail(), "\"lost\" is none of placed, paid, shipped, cancelled");
    assert_eq!(limit.body["limit"], "a whole number from 1 to 100");
    assert_eq!((unknown.status, &unknown.body["field"]), (422, &json!("customers")));
    assert_eq!(token.status, 400);
}
