//! Projections and named subscriptions: run, looked at, looked after.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use es_core::prelude::*;
use es_core::projection::{ParkedSelector, Projections, RunOptions, Thresholds};
use es_core::{ProjectionId, ProjectionName, Reason, Selection, Start, Token};
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
        .route("/projections/wait-for-name", get(wait_for_name))
        .route("/projections/status", get(status))
        .route("/projections/status-of", get(status_of))
        .route("/projections/health", get(health))
        .route("/projections/rebuilding", get(rebuilding))
        .route("/projections/parked", get(parked))
        .route("/projections/parked-of", get(parked_of))
        .route("/projections/parked-events/{account}", get(parked_events))
        .route("/projections/parked-events-of/{account}", get(parked_events_of))
}

fn looking_after() -> Router<Service> {
    Router::new()
        .route("/projections/replay", post(replay))
        .route("/projections/replay-of", post(replay_of))
        .route("/projections/drop-parked/{account}", post(drop_parked))
        .route("/projections/drop-parked-of/{account}", post(drop_parked_of))
        .route("/projections/resume", post(resume))
        .route("/projections/resume-of", post(resume_of))
}

fn projections(service: &Service) -> Projections<PgStore, PgProjections> {
    Projections::new(service.store.clone(), service.store.projections())
}

fn id() -> ProjectionId {
    ProjectionId::of::<Income>()
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
    answer(projections(&service).wait_for::<Income>(token, a_second).await?)
}

async fn wait_for_name(State(service): State<Service>) -> Answer {
    let (token, a_second) = (Token::from(Position(1)), Duration::from_secs(1));
    answer(projections(&service).wait_for_name(&id().name, token, a_second).await?)
}

async fn status(State(service): State<Service>) -> Answer {
    answer(projections(&service).status().await?)
}

async fn status_of(State(service): State<Service>) -> Answer {
    answer(projections(&service).status_of::<Income>().await?)
}

async fn health(State(service): State<Service>) -> Answer {
    answer(projections(&service).health(&Thresholds::default()).await?)
}

async fn rebuilding(State(service): State<Service>) -> Answer {
    answer(projections(&service).rebuilding().await?)
}

async fn parked(State(service): State<Service>) -> Answer {
    answer(projections(&service).parked::<Income>().await?)
}

async fn parked_of(State(service): State<Service>) -> Answer {
    answer(projections(&service).parked_of(&id()).await?)
}

async fn parked_events(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let key = domain::key(&account)?;
    answer(projections(&service).parked_events::<Income>(&key).await?)
}

async fn parked_events_of(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let key = domain::key(&account)?;
    answer(projections(&service).parked_events_of(&id(), &key).await?)
}

async fn replay(State(service): State<Service>) -> Answer {
    answer(projections(&service).replay::<Income>(&ParkedSelector::All).await?)
}

async fn replay_of(State(service): State<Service>) -> Answer {
    answer(projections(&service).replay_of(&id(), &ParkedSelector::All).await?)
}

async fn drop_parked(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let (key, reason) = (domain::key(&account)?, Reason::new("it is wrong")?);
    answer(projections(&service).drop_parked::<Income>(&key, Position(1), &reason).await?)
}

async fn drop_parked_of(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let (key, reason) = (domain::key(&account)?, Reason::new("it is wrong")?);
    answer(projections(&service).drop_parked_of(&id(), &key, Position(1), &reason).await?)
}

async fn resume(State(service): State<Service>) -> Answer {
    answer(projections(&service).resume::<Income>().await?)
}

async fn resume_of(State(service): State<Service>) -> Answer {
    answer(projections(&service).resume_of(&id()).await?)
}
