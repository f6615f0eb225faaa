//! Forms of the page, and the commands that they send.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Redirect;
use es_core::{DecidedBy, EventStore, Repository};
use serde::{Deserialize, Serialize};

use super::PageProblem;
use crate::app::App;
use crate::home::Home;
use crate::http::commands::{self, CancelBody, PayBody, PlaceBody, ShipBody};
use crate::http::input::Asked;
use crate::http::problem::Problem;
use crate::order::{Line, Method, Order};

#[derive(Debug, Deserialize)]
pub struct PlaceForm {
    request: String,
    user: String,
    customer: String,
    sku: String,
    quantity: u32,
    unit_cents: u32,
}

#[derive(Debug, Deserialize)]
pub struct PayForm {
    request: String,
    user: String,
    method: Method,
    cents: u64,
}

#[derive(Debug, Deserialize)]
pub struct ShipForm {
    request: String,
    user: String,
    carrier: String,
    tracking: String,
}

#[derive(Debug, Deserialize)]
pub struct CancelForm {
    request: String,
    user: String,
    reason: String,
}

type Filled<T> = Result<Form<T>, FormRejection>;

pub async fn place<H: Home>(
    State(app): State<App<H>>,
    headers: HeaderMap,
    form: Filled<PlaceForm>,
) -> Result<Redirect, PageProblem> {
    let form = filled(form, &headers)?;
    let asked = Asked::new(&form.request, Some(&form.user))?;
    let PlaceForm { customer, sku, quantity, unit_cents, .. } = form;
    let lines = vec![Line { sku, quantity, unit_cents }];
    let command = PlaceBody { customer, lines }.command(&asked)?;
    execute(&app.orders, &asked, command).await
}

pub async fn pay<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Filled<PayForm>,
) -> Result<Redirect, PageProblem> {
    let form = filled(form, &headers)?;
    let asked = Asked::new(&form.request, Some(&form.user))?;
    let command = PayBody { method: form.method, cents: form.cents }.command(&id)?;
    execute(&app.orders, &asked, command).await
}

pub async fn ship<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Filled<ShipForm>,
) -> Result<Redirect, PageProblem> {
    let form = filled(form, &headers)?;
    let asked = Asked::new(&form.request, Some(&form.user))?;
    let command = ShipBody { carrier: form.carrier, tracking: form.tracking }.command(&id)?;
    execute(&app.orders, &asked, command).await
}

pub async fn cancel<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    form: Filled<CancelForm>,
) -> Result<Redirect, PageProblem> {
    let form = filled(form, &headers)?;
    let asked = Asked::new(&form.request, Some(&form.user))?;
    let command = CancelBody { reason: form.reason }.command(&id)?;
    execute(&app.orders, &asked, command).await
}

/// A form of this service, sent from one of its pages: those of other sites are not taken.
fn filled<T>(form: Filled<T>, headers: &HeaderMap) -> Result<T, Problem> {
    let from = headers.get("sec-fetch-site").map(axum::http::HeaderValue::as_bytes);
    if from.is_some_and(|from| from != b"same-origin" && from != b"none") {
        return Err(Problem::unreadable("the form was sent by another site"));
    }
    match form {
        Ok(Form(form)) => Ok(form),
        Err(wrong) => {
            Err(Problem::new(wrong.status(), "the form cannot be read", wrong.body_text()))
        }
    }
}

/// Done; the page to look at next shows it.
async fn execute<S, C>(
    orders: &Repository<Order, S>,
    asked: &Asked,
    command: C,
) -> Result<Redirect, PageProblem>
where
    S: EventStore,
    C: DecidedBy<Order> + Serialize,
{
    let done = commands::execute(orders, asked, command).await?;
    let after = done.token().map(|token| format!("?after={token}")).unwrap_or_default();
    Ok(Redirect::to(&format!("/orders/{}/page{after}", done.order)))
}
