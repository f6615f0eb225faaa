//! The store itself.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use es_core::prelude::*;
use es_core::{Checkpoint, Fingerprint, InvalidAppend, Query, QueryItem, Selection, Tag};
use es_postgres::PgStore;
use futures_util::{TryStreamExt, stream};

use crate::domain::{self, Income};
use crate::{Answer, Service, answer};

pub(crate) fn routes() -> Router<Service> {
    Router::new()
        .route("/store/append/{account}", post(append))
        .route("/store/import/{account}", post(import))
        .route("/store/stream-page/{account}", get(stream_page))
        .route("/store/read-stream/{account}", get(read_stream))
        .route("/store/log-page", get(log_page))
        .route("/store/read-log", get(read_log))
        .route("/store/resume-log", get(resume_log))
        .route("/store/query-page", get(query_page))
        .route("/store/select-page", get(select_page))
        .route("/store/log-grown", get(log_grown))
        .route("/store/snapshot/{account}", post(snapshot))
        .route("/store/inline", post(inline))
        .route("/store/rebuild-inline", post(rebuild_inline))
        .route("/store/begin-incarnation", post(begin_incarnation))
        .route("/store/connect", post(connect))
        .route("/store/migrate", post(migrate))
}

async fn append(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let append = domain::deposit(&account);
    answer(service.store.append(append).await?)
}

async fn import(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let history = stream::iter([Ok::<_, InvalidAppend>(domain::deposit(&account))]);
    answer(service.store.import(history, |_| {}).await?)
}

async fn stream_page(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let stream = domain::stream(&account)?;
    answer(service.store.stream_page(&stream, Cursor::START, 10).await?)
}

async fn read_stream(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let stream = domain::stream(&account)?;
    let events = service.store.read_stream(&stream, Cursor::END);
    answer(events.try_collect::<Vec<_>>().await?)
}

async fn log_page(State(service): State<Service>) -> Answer {
    answer(service.store.log_page(Cursor::START, 10).await?)
}

async fn read_log(State(service): State<Service>) -> Answer {
    answer(service.store.read_log(Cursor::START).try_collect::<Vec<_>>().await?)
}

async fn resume_log(State(service): State<Service>) -> Answer {
    let page = service.store.log_page(Cursor::END, 1).await?;
    let checkpoint = Checkpoint::new(page.incarnation, Position::START);
    answer(service.store.resume_log(checkpoint, 10).await?)
}

async fn query_page(State(service): State<Service>) -> Answer {
    let query = Query::new(vec![QueryItem::new(Vec::new(), vec![Tag::new("name", "ada")?])?])?;
    answer(service.store.query_page(&query, Position::START, 10).await?)
}

async fn select_page(State(service): State<Service>) -> Answer {
    answer(service.store.select_page(&Selection::log(), Position::START, 10).await?)
}

async fn log_grown(State(service): State<Service>) -> Answer {
    service.store.log_grown(Position::START).await;
    answer(())
}

async fn snapshot(State(service): State<Service>, Path(account): Path<String>) -> Answer {
    let stream = domain::stream(&account)?;
    let page = service.store.snapshot_page(&stream, Fingerprint(1), Version::MAX, 10).await?;
    if let Some(snapshot) = page.snapshot {
        service.store.save_snapshot(&stream, snapshot, 1).await?;
    }
    answer(())
}

async fn inline(State(service): State<Service>) -> Answer {
    answer(service.store.inline(Income).await?)
}

async fn rebuild_inline(State(service): State<Service>) -> Answer {
    let store = service.store.inline(Income).await?;
    answer(store.rebuild_inline(Income).await?)
}

async fn begin_incarnation(State(service): State<Service>) -> Answer {
    answer(service.store.begin_incarnation().await?)
}

async fn connect() -> Answer {
    answer(PgStore::connect("postgres://nobody@localhost:1/nothing").await?)
}

async fn migrate(State(service): State<Service>) -> Answer {
    answer(service.store.migrate().await?)
}
