//! Streams that are corrected.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use es_core::{Actor, Reason, Rewrite, Transform, TransformStore};

use crate::{Answer, Service, answer, domain};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/transform/{account}", post(transform))
        .route("/transformations/{account}", get(transformations))
        .route("/stream-tags/{account}", get(stream_tags))
}

async fn transform(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let (actor, reason) = (Actor::new("mia, on call")?, Reason::new("it was wrong")?);
    let transform = Transform::new(domain::stream(&account)?, actor, reason);
    let keep = |_| Ok::<_, std::fmt::Error>(Rewrite::Keep);
    answer(service.store.transform(transform, keep).await?)
}

async fn transformations(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    answer(service.store.transformations(&domain::stream(&account)?).await?)
}

async fn stream_tags(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    answer(service.store.stream_tags(&domain::stream(&account)?).await?)
}
