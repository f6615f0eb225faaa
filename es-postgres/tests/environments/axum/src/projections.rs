//! Projections and named subscriptions: run, looked at, looked after.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use es_core::prelude::*;
use es_core::projection::{ParkedSelector, Projections, RunOptions, Thresholds};
use es_core::{ProjectionName, Reason, Selection, Start, Token};
use es_postgres::{PgProjections, PgStore};

use crate::domain::{self, Audit, Income, Mailer};
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new().merge(running()).merge(looking()).merge(looking_after())
}

fn running() -> Router<Service> {
    Router::new()
        .route("/projections/run", post(run))
        .route("/projections/run-with", post(run_with))
        .route("/projections/run-into", post(run_into))
        .route("/projections/ended", post(ended))
        .route("/projections/subscribe", post(subscribe))
        .route("/projections/subscribe-with", post(subscribe_with))
        .route("/projections/rebuild-in-place", post(rebuild_in_place))
        .route("/projections/rebuild-in-place-with", post(rebuild_in_place_with))
}

fn looking() -> Router<Service> {
    Router::new()
        .route("/projections/wait-for", get(wait_for))
        .route("/projections/status", get(status))
        .route("/projections/named/{name}/status", get(status_of))
        .route("/projections/health", get(health))
        .route("/projections/rebuilding", get(rebuilding))
        .route("/projections/parked", get(parked))
        .route("/projections/named/{name}/health", get(health_of))
        .route("/projections/named/{name}/parked", get(parked_of))
        .route("/projections/dropped", get(dropped))
        .route("/projections/parked-events/{account}", get(parked_events))
}

fn looking_after() -> Router<Service> {
    Router::new()
        .route("/projections/replay", post(replay))
        .route("/projections/drop-parked/{account}", post(drop_parked))
        .route("/projections/resume", post(resume))
        .route("/projections/stop", post(stop))
        .route("/projections/named/{name}/versions/{version}/reinstate", post(reinstate))
        .route("/projections/named/{name}/versions/{version}/drop", post(drop_version))
}

fn projections(service: &Service) -> Projections<PgStore, PgProjections> {
    Projections::new(service.store.clone(), service.store.projections())
}

async fn run(State(service): State<Service>) -> Answer {
    let running = projections(&service).run(Income).await?;
    running.stop().await;
    answer(())
}

async fn run_with(State(service): State<Service>) -> Answer {
    let running = projections(&service).run_with(Income, RunOptions::default()).await?;
    running.stop().await;
    answer(())
}

async fn run_into(State(service): State<Service>) -> Answer {
    let projections = projections(&service);
    let running = projections.run_into(Income, Mailer, Start::Now, RunOptions::default()).await?;
    running.stop().await;
    answer(())
}

async fn ended(State(service): State<Service>) -> Answer {
    let mut running = projections(&service).run(Income).await?;
    answer(running.ended().await)
}

async fn subscribe(State(service): State<Service>) -> Answer {
    let (name, everything) = (ProjectionName::new("audit")?, Selection::log());
    let projections = projections(&service);
    let running = projections.subscribe(name, everything, Start::Now, Audit).await?;
    running.stop().await;
    answer(())
}

async fn subscribe_with(State(service): State<Service>) -> Answer {
    let (name, everything) = (ProjectionName::new("audit")?, Selection::log());
    let (projections, options) = (projections(&service), RunOptions::default());
    let running = projections.subscribe_with(name, everything, Start::Now, Audit, options).await?;
    running.stop().await;
    answer(())
}

async fn rebuild_in_place(State(service): State<Service>) -> Answer {
    answer(projections(&service).rebuild_in_place(&Income).await?)
}

async fn rebuild_in_place_with(State(service): State<Service>) -> Answer {
    answer(projections(&service).rebuild_in_place_with(&Income, |_| {}).await?)
}

async fn wait_for(State(service): State<Service>) -> Answer {
    let (token, a_second) = (Token::from(Position(1)), Duration::from_secs(1));
    answer(projections(&service).of::<Income>().wait_for(token, a_second).await?)
}

async fn status(State(service): State<Service>) -> Answer {
    answer(projections(&service).status().await?)
}

async fn health(State(service): State<Service>) -> Answer {
    answer(projections(&service).health(&Thresholds::default()).await?)
}

async fn rebuilding(State(service): State<Service>) -> Answer {
    answer(projections(&service).rebuilding().await?)
}

async fn status_of(State(service): State<Service>, Path(name): Path<String>) -> Answer {
    answer(projections(&service).named(&name)?.status().await?)
}

async fn health_of(State(service): State<Service>, Path(name): Path<String>) -> Answer {
    answer(projections(&service).named(&name)?.health(&Thresholds::default()).await?)
}

async fn parked_of(State(service): State<Service>, Path(name): Path<String>) -> Answer {
    answer(projections(&service).named(&name)?.parked().await?)
}

async fn dropped(State(service): State<Service>) -> Answer {
    answer(projections(&service).of::<Income>().dropped().await?)
}

async fn parked(State(service): State<Service>) -> Answer {
    answer(projections(&service).of::<Income>().parked().await?)
}

async fn parked_events(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let key = domain::key(&account)?;
    answer(projections(&service).of::<Income>().parked_events(&key).await?)
}

async fn replay(State(service): State<Service>) -> Answer {
    answer(projections(&service).of::<Income>().replay(&ParkedSelector::All).await?)
}

async fn drop_parked(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let (key, reason) = (domain::key(&account)?, Reason::new("it is wrong")?);
    answer(projections(&service).of::<Income>().drop_parked(&key, Position(1), &reason).await?)
}

async fn resume(State(service): State<Service>) -> Answer {
    answer(projections(&service).of::<Income>().resume().await?)
}

async fn stop(State(service): State<Service>) -> Answer {
    answer(projections(&service).of::<Income>().stop("it is wrong").await?)
}

async fn reinstate(
    State(service): State<Service>,
    Path((name, version)): Path<(String, u32)>,
) -> Answer {
    answer(projections(&service).named(&name)?.with_version(version).reinstate().await?)
}

async fn drop_version(
    State(service): State<Service>,
    Path((name, version)): Path<(String, u32)>,
) -> Answer {
    answer(projections(&service).named(&name)?.with_version(version).drop_version().await?)
}
