//! The same command, as a service that has grown calls it: behind functions of its own, a time limit, a
//! task, middleware.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use es_core::prelude::*;
use tokio::time::timeout;

use crate::domain::{Account, Deposit};
use crate::{Answer, Failure, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/layers/deposit/{account}", post(deposit))
        .route("/layers/spawned/{account}", post(spawned))
        .layer(from_fn(passed_on))
        .layer(from_fn(passed_on))
}

async fn passed_on(request: Request, next: Next) -> Response {
    next.run(request).await
}

async fn deposit(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    answer(within_a_second(&service, account).await?)
}

async fn spawned(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let task = tokio::spawn(async move { within_a_second(&service, account).await });
    answer(task.await??)
}

async fn within_a_second(service: &Service, account: String) -> Result<Version, Failure> {
    timeout(Duration::from_secs(1), deposited(service, account)).await?
}

async fn deposited(service: &Service, account: String) -> Result<Version, Failure> {
    let accounts = Repository::<Account, _>::new(service.store.clone());
    Ok(paid_in(&accounts, account, 5).await?.version)
}

async fn paid_in<S: EventStore>(
    accounts: &Repository<Account, S>,
    account: String,
    cents: i64,
) -> Result<Executed<Account>, Failure> {
    Ok(accounts.execute(Deposit { account, cents }).await?)
}
