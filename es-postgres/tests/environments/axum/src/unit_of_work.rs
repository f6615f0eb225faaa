//! Several aggregates in one append, and in a transaction of the service.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use es_core::prelude::*;

use crate::domain::Deposit;
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/unit-of-work/{account}", post(commit))
        .route("/within/{account}", post(within_a_transaction))
}

async fn commit(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let mut work = UnitOfWork::new(service.store, Metadata::default());
    work.execute(Deposit { account, cents: -5 }).await?;
    work.execute(Deposit { account: "bob".into(), cents: 5 }).await?;
    answer(work.commit().await?)
}

async fn within_a_transaction(
    State(service): State<Service>,
    Path(account): Path<String>,
) -> Answer {
    let mut work = UnitOfWork::new(service.store.clone(), Metadata::default());
    work.execute(Deposit { account, cents: 5 }).await?;
    let mut tx = service.pool.begin().await?;
    if let Some(append) = work.into_append() {
        service.store.append_within(&mut tx, append).await?;
    }
    answer(tx.commit().await?)
}
