//! Subscriptions to the log.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use es_core::prelude::*;
use es_core::{Selection, Start};
use futures_util::StreamExt;

use crate::domain::AccountEvent;
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/subscriptions/next", get(next))
        .route("/subscriptions/begin", get(begin))
        .route("/subscriptions/typed", get(typed))
        .route("/subscriptions/typed-begin", get(typed_begin))
}

async fn next(State(service): State<Service>) -> Answer {
    let mut events = service.store.subscribe(Selection::log(), Start::Beginning);
    answer(events.next().await.transpose()?)
}

async fn begin(State(service): State<Service>) -> Answer {
    answer(service.store.subscribe(Selection::log(), Start::Now).begin().await?)
}

async fn typed(State(service): State<Service>) -> Answer {
    let events = service.store.subscribe(Selection::log(), Start::Beginning);
    answer(events.typed::<AccountEvent>().next().await.transpose()?)
}

async fn typed_begin(State(service): State<Service>) -> Answer {
    let events = service.store.subscribe(Selection::log(), Start::Now);
    answer(events.typed::<AccountEvent>().begin().await?)
}
