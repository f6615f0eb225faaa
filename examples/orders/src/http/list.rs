//! Route of the list of orders.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde_json::{Value, json};

use super::input::{self, After, number, text};
use super::problem::Problem;
use crate::app::App;
use crate::home::{Home, Listed, Wanted};
use crate::words::UnknownWord;

pub async fn order<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    After(token): After,
) -> Result<Json<Value>, Problem> {
    let order = input::order(&id)?;
    app.wait(token).await?;
    let found = app.home.summary(order).await.map_err(Problem::broken)?;
    let found = found.ok_or_else(|| Problem::not_found(format!("there is no order {order}")))?;
    Ok(Json(shown(&found)))
}

pub async fn orders<H: Home>(
    State(app): State<App<H>>,
    Query(query): Query<BTreeMap<String, String>>,
    After(token): After,
) -> Result<Json<Value>, Problem> {
    let wanted = wanted(query)?;
    app.wait(token).await?;
    let (found, more) = page(&app.home, &wanted).await?;
    let orders: Vec<_> = found.iter().map(shown).collect();
    Ok(Json(json!({ "orders": orders, "next_before": more })))
}

/// A page of orders, and where the next one begins if there is one.
pub async fn page<H: Home>(
    home: &H,
    wanted: &Wanted,
) -> Result<(Vec<Listed>, Option<u64>), Problem> {
    let one_more = Wanted { limit: wanted.limit + 1, ..wanted.clone() };
    let mut found = home.summaries(&one_more).await.map_err(Problem::broken)?;
    let has_more = found.len() > wanted.limit as usize;
    found.truncate(wanted.limit as usize);
    let last = found.last().map(|last| last.order.placed.0);
    Ok((found, last.filter(|_| has_more)))
}

/// Parses the filter of a query. A parameter that is empty is none: forms send them so.
pub fn wanted(query: BTreeMap<String, String>) -> Result<Wanted, Problem> {
    let mut wanted = Wanted { customer: None, status: None, before: None, limit: 20 };
    for (name, value) in query.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name.as_str() {
            "customer" => wanted.customer = Some(text("customer", &value, 80)?),
            "status" => {
                let unknown = |error: UnknownWord| Problem::field("status", error.to_string());
                wanted.status = Some(value.parse().map_err(unknown)?);
            }
            "before" => {
                let before = value.parse::<i64>().ok().and_then(|at| u64::try_from(at).ok());
                let problem = || Problem::field("before", "`before` is no place in the list");
                wanted.before = Some(before.ok_or_else(problem)?);
            }
            "limit" => wanted.limit = number("limit", &value, 1, 100)?,
            _ => {
                let problem = Problem::field(name, "there is no such parameter");
                return Err(problem.with_limit("customer, status, limit, before"));
            }
        }
    }
    Ok(wanted)
}

fn shown(Listed { order, customer_name }: &Listed) -> Value {
    let time = |at: Option<es_core::Timestamp>| at.map(|at| at.to_string());
    let payment = order
        .payment
        .map(|payment| json!({ "method": payment.method.as_str(), "at": payment.at.to_string() }));
    json!({
        "id": order.id,
        "customer": order.customer,
        "customer_name": customer_name,
        "status": order.status.as_str(),
        "total_cents": order.cents,
        "items": order.items,
        "payment": payment,
        "placed_at": order.placed_at.to_string(),
        "shipped_at": time(order.shipped_at),
        "cancelled_at": time(order.cancelled_at),
    })
}
