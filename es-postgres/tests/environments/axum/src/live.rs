//! Projections that are folded when asked.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use es_core::projection::Live;

use crate::domain::{Income, Total};
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new().route("/live/fold", get(fold)).route("/live/fold-into", get(fold_into))
}

async fn fold(State(service): State<Service>) -> Answer {
    answer(Live::new(service.store, Income).fold(Total::default()).await?)
}

async fn fold_into(State(service): State<Service>) -> Answer {
    let mut total = Total::default();
    Live::new(service.store, Income).fold_into(&mut total).await?;
    answer(total)
}
