//! Routes of the commands on orders.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use es_core::{DecidedBy, EventStore, Executed, Repository, Token};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::input::{self, Asked, Body, text};
use super::problem::Problem;
use crate::app::App;
use crate::decisions::{Cancel, Pay, Place, Ship};
use crate::home::Home;
use crate::order::{Line, Method, Order};

/// No order has more lines.
const MOST_LINES: usize = 50;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceBody {
    pub customer: String,
    pub lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayBody {
    pub method: Method,
    pub cents: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShipBody {
    pub carrier: String,
    pub tracking: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    pub reason: String,
}

impl PlaceBody {
    pub fn command(self, asked: &Asked) -> Result<Place, Problem> {
        let customer = text("customer", &self.customer, 80)?;
        if self.lines.len() > MOST_LINES {
            let problem = Problem::field("lines", format!("there are {} lines", self.lines.len()));
            return Err(problem.with_limit(format!("at most {MOST_LINES}")));
        }
        let lines = self.lines.into_iter().enumerate().map(|(nth, line)| {
            let sku = text(&format!("lines[{nth}].sku"), &line.sku, 40)?;
            Ok(Line { sku, ..line })
        });
        let lines = lines.collect::<Result<_, Problem>>()?;
        Ok(Place { order: asked.order(), customer, lines })
    }
}

impl PayBody {
    pub fn command(self, id: &str) -> Result<Pay, Problem> {
        Ok(Pay { order: input::order(id)?, method: self.method, cents: self.cents })
    }
}

impl ShipBody {
    pub fn command(self, id: &str) -> Result<Ship, Problem> {
        let carrier = text("carrier", &self.carrier, 40)?;
        let tracking = text("tracking", &self.tracking, 80)?;
        Ok(Ship { order: input::order(id)?, carrier, tracking })
    }
}

impl CancelBody {
    pub fn command(self, id: &str) -> Result<Cancel, Problem> {
        let reason = text("reason", &self.reason, 200)?;
        Ok(Cancel { order: input::order(id)?, reason })
    }
}

pub async fn place<H: Home>(
    State(app): State<App<H>>,
    asked: Asked,
    Body(body): Body<PlaceBody>,
) -> Result<Response, Problem> {
    let command = body.command(&asked)?;
    let done = execute(&app.orders, &asked, command).await?;
    let place = [(header::LOCATION, format!("/orders/{}", done.order))];
    Ok((StatusCode::CREATED, place, answer(&done)).into_response())
}

pub async fn pay<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    asked: Asked,
    Body(body): Body<PayBody>,
) -> Result<Response, Problem> {
    Ok(answer(&execute(&app.orders, &asked, body.command(&id)?).await?))
}

pub async fn ship<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    asked: Asked,
    Body(body): Body<ShipBody>,
) -> Result<Response, Problem> {
    Ok(answer(&execute(&app.orders, &asked, body.command(&id)?).await?))
}

pub async fn cancel<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    asked: Asked,
    Body(body): Body<CancelBody>,
) -> Result<Response, Problem> {
    Ok(answer(&execute(&app.orders, &asked, body.command(&id)?).await?))
}

/// The answer to a command on an order.
#[derive(Debug)]
pub struct Done {
    pub order: Uuid,
    executed: Executed<Order>,
}

impl Done {
    /// The token that makes what was done visible elsewhere; `None` if nothing was.
    pub fn token(&self) -> Option<Token> {
        self.executed.token()
    }
}

/// Executes a command once, however often its request is sent.
pub async fn execute<S, C>(
    orders: &Repository<Order, S>,
    asked: &Asked,
    command: C,
) -> Result<Done, Problem>
where
    S: EventStore,
    C: DecidedBy<Order> + Serialize,
{
    let order = *command.aggregate_id();
    let executed = orders.execute_once_with(&asked.request, command, asked.metadata()?).await?;
    Ok(Done { order, executed })
}

/// The order as the request left it, with the token that makes it visible elsewhere.
fn answer(done: &Done) -> Response {
    let Executed { state, version, .. } = &done.executed;
    let body = json!({
        "id": done.order,
        "status": state.status.as_str(),
        "total_cents": state.cents,
        "version": version.0,
    });
    let token = done.token().map(|token| (Token::HEADER, token.to_string()));
    (AppendHeaders(token), Json(body)).into_response()
}
