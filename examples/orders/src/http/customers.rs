//! Routes of the customers, which the service keeps beside its events.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use super::input::{Body, text};
use super::problem::Problem;
use crate::app::App;
use crate::home::Home;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameBody {
    name: String,
}

pub async fn name<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    Body(body): Body<NameBody>,
) -> Result<StatusCode, Problem> {
    let (id, name) = (text("id", &id, 80)?, text("name", &body.name, 80)?);
    app.home.name_customer(&id, &name).await.map_err(Problem::broken)?;
    Ok(StatusCode::NO_CONTENT)
}
