//! Decisions across streams.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use es_core::prelude::*;

use crate::domain::TakeName;
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/decisions/execute/{name}", post(execute))
        .route("/decisions/execute-with/{name}", post(execute_with))
        .route("/decisions/decide/{name}", post(decide))
}

async fn execute(State(service): State<Service>, Path(name): Path<String>) -> Answer {
    answer(Decisions::new(service.store).execute(TakeName { name }).await?)
}

async fn execute_with(State(service): State<Service>, Path(name): Path<String>) -> Answer {
    let decisions = Decisions::new(service.store);
    answer(decisions.execute_with(TakeName { name }, Metadata::default()).await?)
}

async fn decide(State(service): State<Service>, Path(name): Path<String>) -> Answer {
    let decisions = Decisions::new(service.store.clone());
    let append = decisions.decide(TakeName { name }, Metadata::default()).await?;
    let mut tx = service.pool.begin().await?;
    if let Some(append) = append {
        service.store.append_within(&mut tx, append).await?;
    }
    answer(tx.commit().await?)
}
