//! Whether the service can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use es_core::projection::{ProjectionId, VersionStatus};
use es_core::{Cursor, EventStore, Position, ProjectionStore, StoreError};
use serde_json::{Value, json};

use crate::app::App;
use crate::home::Home;
use crate::summary::OrderSummary;

/// A read model that is further behind is worth a look.
const WARN_EVENTS: u64 = 1000;

/// 200 while the store answers and the read model runs, 503 else; what it says is for people.
pub async fn health<H: Home>(State(app): State<App<H>>) -> (StatusCode, Json<Value>) {
    let (code, body) = match look(&app).await {
        Err(error) => {
            eprintln!("orders: {:#}", anyhow::Error::from(error));
            (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "the store is away" }))
        }
        Ok((head, status)) => told(head, status.as_ref()),
    };
    let mut body = body;
    body["store"] = H::NAME.into();
    (code, Json(body))
}

async fn look<H: Home>(app: &App<H>) -> Result<(Position, Option<VersionStatus>), StoreError> {
    let head = app.home.store().log_page(Cursor::START, 1).await?.head;
    let id = ProjectionId::of::<OrderSummary>();
    let versions = app.home.kept().versions(Some(&id.name)).await?;
    Ok((head, versions.into_iter().find(|version| version.id == id)))
}

fn told(head: Position, status: Option<&VersionStatus>) -> (StatusCode, Value) {
    let Some(status) = status else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            json!({ "status": "the read model is not there" }),
        );
    };
    let lag = head.0.saturating_sub(status.position().0);
    let said = match &status.stopped {
        Some(_) => "the read model has stopped",
        None if lag > WARN_EVENTS => "the read model is behind",
        None if status.parked_keys > 0 => "orders are parked",
        None => "ok",
    };
    let code = match &status.stopped {
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
        None => StatusCode::OK,
    };
    (code, json!({ "status": said, "lag": lag, "parked_orders": status.parked_keys }))
}
