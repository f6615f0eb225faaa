//! Promise: every public call can be awaited where it is used most, in a handler of axum, as plainly as
//! the docs write it. No `recursion_limit` is raised here and nothing is boxed: a future that is too
//! deep for the compiler's default limits, or that is not [`Send`], fails the build of this crate.

mod decisions;
pub mod domain;
mod layers;
mod live;
mod projections;
mod repository;
mod store;
mod subscriptions;
mod transform;
mod unit_of_work;

use std::error::Error;
use std::fmt;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use es_postgres::PgStore;
use es_postgres::sqlx::PgPool;

/// State that the handlers share.
#[derive(Clone, Debug)]
pub struct Service {
    /// The service's own pool.
    pub pool: PgPool,
    /// The store in it.
    pub store: PgStore,
}

/// Every handler.
pub fn router(service: Service) -> Router {
    Router::new()
        .merge(repository::routes())
        .merge(unit_of_work::routes())
        .merge(decisions::routes())
        .merge(store::routes())
        .merge(transform::routes())
        .merge(projections::routes())
        .merge(layers::routes())
        .merge(live::routes())
        .merge(subscriptions::routes())
        .with_state(service)
}

/// Any error, as a plain service answers it.
struct Failure(Box<dyn Error + Send + Sync>);

impl<E: Error + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{:?}", self.0)).into_response()
    }
}

/// The answer of a handler: what came of the call, printed.
type Answer = Result<String, Failure>;

#[expect(clippy::unnecessary_wraps, reason = "the answer of every handler")]
fn answer(done: impl fmt::Debug) -> Answer {
    Ok(format!("{done:?}"))
}
