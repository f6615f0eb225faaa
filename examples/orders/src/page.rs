//! The service for people: the same commands and the same read model, as pages. No script is needed.

mod forms;
mod list;
mod order;
mod shown;

use axum::Router;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::app::App;
use crate::home::Home;
use crate::http::problem::Problem;

pub fn router<H: Home>() -> Router<App<H>> {
    Router::new()
        .route("/", get(list::page))
        .route("/place", post(forms::place))
        .route("/orders/{id}/page", get(order::page))
        .route("/orders/{id}/page/pay", post(forms::pay))
        .route("/orders/{id}/page/ship", post(forms::ship))
        .route("/orders/{id}/page/cancel", post(forms::cancel))
}

/// An error as a page.
#[derive(Debug)]
struct PageProblem(Problem);

impl<E: Into<Problem>> From<E> for PageProblem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for PageProblem {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let body = html! {
            h1 { (problem.title) }
            p { (problem.detail) "." }
            p { a href="/" { "All orders" } }
        };
        (problem.status, layout(problem.title, &body)).into_response()
    }
}

fn layout(title: &str, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(include_str!("page/style.css"))) }
            }
            body { (body) }
        }
    };
    Html(page.into_string())
}
