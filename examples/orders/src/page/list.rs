//! All orders, and a form to place one.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Html;
use maud::{Markup, html};
use uuid::Uuid;

use super::{PageProblem, layout, shown};
use crate::app::App;
use crate::home::{Home, Listed, Wanted};
use crate::http::list;
use crate::order::Status;

pub async fn page<H: Home>(
    State(app): State<App<H>>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Html<String>, PageProblem> {
    let wanted = list::wanted(query)?;
    let (found, more) = list::page(&app.home, &wanted).await?;
    let body = html! {
        h1 { "Orders" }
        (filters(&wanted))
        @if found.is_empty() { p.faint { "No orders." } } @else { (table(&found)) }
        @if let Some(before) = more {
            form method="get" {
                (hidden("customer", wanted.customer.as_deref().unwrap_or_default()))
                (hidden("status", wanted.status.map(Status::as_str).unwrap_or_default()))
                (hidden("limit", &wanted.limit.to_string()))
                (hidden("before", &before.to_string()))
                button { "Older orders" }
            }
        }
        (place())
    };
    Ok(layout("Orders", &body))
}

fn filters(wanted: &Wanted) -> Markup {
    html! {
        form method="get" {
            label { "Customer"
                input name="customer" value=(wanted.customer.as_deref().unwrap_or_default());
            }
            label { "Status"
                select name="status" {
                    option value="" { "all" }
                    @for status in Status::ALL {
                        option value=(status) selected[wanted.status == Some(status)] { (status) }
                    }
                }
            }
            button { "Show" }
            @if wanted.customer.is_some() || wanted.status.is_some() { a href="/" { "all orders" } }
        }
    }
}

fn table(found: &[Listed]) -> Markup {
    html! {
        div.wide { table {
            thead { tr {
                th { "Order" } th { "Placed (UTC)" } th.text { "Customer" } th { "Status" }
                th.number { "Items" } th.number { "Total" } th { "Payment" }
            } }
            tbody { @for Listed { order, customer_name } in found { tr {
                td { a href={ "/orders/" (order.id) "/page" } { code { (short(order.id)) } } }
                td { (shown::time(order.placed_at)) }
                td {
                    (order.customer)
                    @if let Some(name) = customer_name { " " span.faint { (name) } }
                }
                td { (shown::status(order.status)) }
                td.number { (order.items) }
                td.number { (shown::money(order.cents)) }
                td { @if let Some(payment) = order.payment { (payment.method) } }
            } } }
        } }
    }
}

/// The part of an id that people compare.
fn short(id: Uuid) -> String {
    id.to_string().chars().take(8).collect()
}

fn place() -> Markup {
    html! {
        h2 { "Place an order" }
        form method="post" action="/place" {
            (hidden("request", &Uuid::new_v4().to_string()))
            label { "Customer" input name="customer" required maxlength="80"; }
            label { "Article" input name="sku" required maxlength="40"; }
            label { "Quantity" input name="quantity" type="number" min="1" value="1" required; }
            label { "Price of one, cents" input name="unit_cents" type="number" min="0" required; }
            label { "You are" input name="user" required maxlength="80"; }
            button { "Place" }
        }
    }
}

pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}
