//! The service over HTTP.
//!
//! | | |
//! |---|---|
//! | `POST /orders` | places an order: `{"customer", "lines": [{"sku", "quantity", "unit_cents"}]}` |
//! | `POST /orders/{id}/pay` | `{"method", "cents"}` |
//! | `POST /orders/{id}/ship` | `{"carrier", "tracking"}` |
//! | `POST /orders/{id}/cancel` | `{"reason"}` |
//! | `GET /orders` | `?customer=&status=&limit=&before=`, the newest first |
//! | `GET /orders/{id}` | one of them |
//! | `PUT /customers/{id}` | what a customer is called: `{"name"}` |
//! | `GET /health` | whether the service can do its work |
//! | `GET /` | the orders as a page, and one page each |
//!
//! Whoever posts an order sends the header `idempotency-key`, and may send the same again with the same
//! key: it happens once, and is answered as it was, also if it was refused. `x-user` says on whose behalf; a proxy that knows
//! the user would write it. A key is one of its user, and has no colon.
//!
//! What is posted is answered with the header `es-token`. Whoever sends it along with a `GET` sees
//! what was posted: the answer waits for the read model. After two seconds of waiting it is 503 with
//! `retry-after`, never an old state as if it were the new one. A page says that it is old instead.
//!
//! Errors are `application/problem+json`: 409 for what the order refuses, 422 for a value with its
//! `field` and `limit`, 404 for an order that there is not.

pub mod commands;
mod customers;
mod health;
pub mod input;
pub mod list;
pub mod problem;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post, put};
use axum::{Router, middleware};

use self::problem::Problem;
use crate::app::App;
use crate::home::Home;
use crate::page;

/// No body is longer: 64 KiB are a thousand lines.
const MOST_BYTES: usize = 64 * 1024;

pub fn router<H: Home>(app: App<H>) -> Router {
    Router::new()
        .route("/orders", post(commands::place).get(list::orders))
        .route("/orders/{id}", get(list::order))
        .route("/orders/{id}/pay", post(commands::pay))
        .route("/orders/{id}/ship", post(commands::ship))
        .route("/orders/{id}/cancel", post(commands::cancel))
        .route("/customers/{id}", put(customers::name))
        .route("/health", get(health::health))
        .merge(page::router())
        .fallback(async || Problem::not_found("there is nothing at this address"))
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(middleware::map_response(problem::of_text))
        .with_state(app)
}
