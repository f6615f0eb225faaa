//! Route of the health check: it says if the service can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use es_core::projection::{HealthState, Thresholds};
use serde_json::{Value, json};

use crate::app::App;
use crate::home::Home;

/// 200 while the store answers and the read model runs, 503 else; what it says is for people.
pub async fn health<H: Home>(State(app): State<App<H>>) -> (StatusCode, Json<Value>) {
    let (code, status, findings) = match app.projections.health(&Thresholds::default()).await {
        Err(error) => {
            eprintln!("orders: {:#}", anyhow::Error::from(error));
            (StatusCode::SERVICE_UNAVAILABLE, "the store is away", Vec::new())
        }
        Ok(health) => {
            let (code, status) = match health.state {
                HealthState::Ok => (StatusCode::OK, "ok"),
                HealthState::Warn => (StatusCode::OK, "worth a look"),
                HealthState::Failed => (StatusCode::SERVICE_UNAVAILABLE, "failed"),
            };
            (code, status, health.findings.iter().map(ToString::to_string).collect())
        }
    };
    (code, Json(json!({ "status": status, "findings": findings, "store": H::NAME })))
}
