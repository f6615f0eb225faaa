//! One order: what it is now, how it came to be so, and what can be done with it.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Html;
use es_core::projection::WaitError;
use es_core::{Cursor, Recorded};
use futures_util::TryStreamExt;
use maud::{Markup, html};
use uuid::Uuid;

use super::list::hidden;
use super::{PageProblem, layout, shown};
use crate::app::App;
use crate::home::{Home, Listed};
use crate::http::input;
use crate::http::problem::Problem;
use crate::order::{Line, Method, OrderEvent, Status};

pub async fn page<H: Home>(
    State(app): State<App<H>>,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Html<String>, PageProblem> {
    let order = input::order(&id)?;
    let token = query.get("after").map(|token| input::token(token)).transpose()?;
    let is_old = match app.wait(token).await {
        Ok(()) => false,
        Err(WaitError::TimedOut { .. }) => true,
        Err(error) => return Err(error.into()),
    };
    let history: Vec<_> = app.orders.history(&order, Cursor::START)?.try_collect().await?;
    if history.is_empty() {
        return Err(Problem::not_found(format!("there is no order {order}")).into());
    }
    let found = app.home.summary(order).await.map_err(Problem::broken)?;
    let body = html! {
        p { a href="/" { "All orders" } }
        h1 { "Order " code { (order) } }
        @if is_old || found.is_none() { (shown::old()) }
        @if let Some(found) = &found { (summary(found)) }
        (lines(&history))
        h2 { "History" }
        (told(&history))
        @if let Some(found) = &found { (forms(found)) }
    };
    Ok(layout("Order", &body))
}

fn summary(Listed { order, customer_name }: &Listed) -> Markup {
    html! { dl {
        dt { "Status" } dd { (shown::status(order.status)) }
        dt { "Customer" } dd {
            (order.customer)
            @if let Some(name) = customer_name { " " span.faint { (name) } }
        }
        dt { "Total" } dd { (shown::money(order.cents)) ", " (order.items) " items" }
        dt { "Placed" } dd { (shown::time(order.placed_at)) " UTC" }
        @if let Some(payment) = order.payment {
            dt { "Paid" } dd { (shown::time(payment.at)) " UTC, " (payment.method) }
        }
        @if let Some(at) = order.shipped_at { dt { "Shipped" } dd { (shown::time(at)) " UTC" } }
        @if let Some(at) = order.cancelled_at { dt { "Cancelled" } dd { (shown::time(at)) " UTC" } }
    } }
}

fn lines(history: &[Recorded<OrderEvent>]) -> Markup {
    let placed = history.iter().find_map(|event| match &event.event {
        OrderEvent::Placed(placed) => Some(&placed.lines),
        _ => None,
    });
    html! {
        h2 { "Lines" }
        div.wide { table {
            thead { tr {
                th { "Article" } th.number { "Quantity" } th.number { "Each" } th.number { "Total" }
            } }
            tbody { @for Line { sku, quantity, unit_cents } in placed.into_iter().flatten() { tr {
                td { (sku) }
                td.number { (quantity) }
                td.number { (shown::money(u64::from(*unit_cents))) }
                td.number { (shown::money(u64::from(*quantity) * u64::from(*unit_cents))) }
            } } }
        } }
    }
}

fn told(history: &[Recorded<OrderEvent>]) -> Markup {
    html! { div.wide { table {
        thead { tr { th.number { "#" } th { "When (UTC)" } th { "Who" } th.text { "What" } } }
        tbody { @for event in history { tr {
            td.number { (event.version) }
            td { (shown::time(event.recorded_at)) }
            td { @if let Some(actor) = &event.metadata.actor { (actor) } }
            td { (what(&event.event)) }
        } } }
    } } }
}

fn what(event: &OrderEvent) -> String {
    match event {
        OrderEvent::Placed(placed) => format!("placed by {}", placed.customer),
        OrderEvent::Paid(paid) => {
            format!("paid {}, {}", shown::money(paid.cents), paid.method)
        }
        OrderEvent::Shipped(sent) => format!("shipped, {} {}", sent.carrier, sent.tracking),
        OrderEvent::Cancelled(cancelled) => format!("cancelled: {}", cancelled.reason),
    }
}

/// Each form names its request, so that a second click does nothing a second time.
fn forms(Listed { order, .. }: &Listed) -> Markup {
    let form = |action: &str, button: &str, fields: &Markup| {
        html! {
            form method="post" action={ "/orders/" (order.id) "/page/" (action) } {
                (hidden("request", &Uuid::new_v4().to_string()))
                (fields)
                label { "You are" input name="user" required maxlength="80"; }
                button { (button) }
            }
        }
    };
    let pay = html! {
        (hidden("cents", &order.cents.to_string()))
        label { "Method" select name="method" {
            @for method in Method::ALL { option { (method) } }
        } }
    };
    let ship = html! {
        label { "Carrier" input name="carrier" required maxlength="40"; }
        label { "Tracking" input name="tracking" required maxlength="80"; }
    };
    let cancel = html! { label { "Reason" input name="reason" required maxlength="200"; } };
    html! {
        @if matches!(order.status, Status::Placed | Status::Paid) {
            h2 { "What next" }
            @if order.status == Status::Placed { (form("pay", "Pay", &pay)) } @else { (form("ship", "Ship", &ship)) }
            (form("cancel", "Cancel", &cancel))
        }
    }
}
