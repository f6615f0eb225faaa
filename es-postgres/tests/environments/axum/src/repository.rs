//! Commands and loads.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use es_core::prelude::*;
use futures_util::TryStreamExt;

use crate::domain::{Account, Deposit};
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/execute/{account}", post(execute))
        .route("/execute-with/{account}", post(execute_with))
        .route("/execute-with-all/{account}", post(execute_with_all_switches))
        .route("/load/{account}", get(load))
        .route("/load-at/{account}", get(load_at))
        .route("/load-as-of/{account}", get(load_as_of))
        .route("/history/{account}", get(history))
}

async fn execute(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store);
    answer(accounts.execute(Deposit { account, cents: 5 }).await?)
}

async fn execute_with(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store);
    let command = Deposit { account, cents: 5 };
    answer(accounts.execute_with(command, Metadata::default()).await?)
}

async fn execute_with_all_switches(
    State(service): State<Service>,
    Path(account): Path<String>,
) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store).with_cache(100);
    answer(accounts.execute(Deposit { account, cents: 5 }).await?)
}

async fn load(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store);
    answer(accounts.load(&account).await?)
}

async fn load_at(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store);
    answer(accounts.load_at(&account, Version(1)).await?)
}

async fn load_as_of(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store);
    answer(accounts.load_as_of(&account, Position(1)).await?)
}

async fn history(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let accounts = Repository::<Account, _>::new(service.store);
    let history = accounts.history(&account, Cursor::START)?;
    answer(history.try_collect::<Vec<_>>().await?)
}
