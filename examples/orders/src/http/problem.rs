//! Errors as their callers read them: RFC 9457, `application/problem+json`.

use axum::Json;
use axum::body::to_bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use es_core::projection::WaitError;
use es_core::{AppendError, ExecuteError, LifecycleRejection, LoadError, RequestError, StoreError};
use serde_json::{Map, Value};

use super::input::Asked;
use crate::decisions::Refusal;

/// The problem with a request, in a sentence; if it is one field, its name and what is allowed
/// there.
#[derive(Clone, Debug)]
pub struct Problem {
    pub status: StatusCode,
    pub title: &'static str,
    pub detail: String,
    field: Option<String>,
    limit: Option<String>,
}

impl Problem {
    pub fn new(status: StatusCode, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), field: None, limit: None }
    }

    /// A body or a header that nobody can read.
    pub fn unreadable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "the request cannot be read", detail)
    }

    /// A value that is not allowed where it is.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "a value is not allowed", detail);
        Self { field: Some(field.into()), ..problem }
    }

    pub fn with_limit(self, limit: impl Into<String>) -> Self {
        Self { limit: Some(limit.into()), ..self }
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not found", detail)
    }

    pub fn wrong_method() -> Self {
        let detail = "this address takes other methods";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed", detail)
    }

    fn later(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not now", detail)
    }

    /// Something is broken in here. The log of the service says what, the caller learns that it is not
    /// its fault.
    pub fn broken(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        eprintln!("orders: {error:#}");
        if error.downcast_ref().is_some_and(is_away) {
            return Self::away();
        }
        let detail = "the service failed; the request may be sent again as it is";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the service failed", detail)
    }

    fn away() -> Self {
        Self::later("the store is away; send the request again as it is")
    }

    fn of_store(error: StoreError) -> Self {
        if error.is_transient() {
            eprintln!("orders: {:#}", anyhow::Error::from(error));
            return Self::away();
        }
        Self::broken(error)
    }
}

/// True if the server failed, and not the statement: no connection, or one that the server ended.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

impl From<ExecuteError<Refusal>> for Problem {
    fn from(error: ExecuteError<Refusal>) -> Self {
        match error {
            ExecuteError::Rejected(refusal) => {
                Self::new(StatusCode::CONFLICT, "refused", refusal.to_string())
            }
            ExecuteError::Lifecycle(LifecycleRejection::NotFound { stream, .. }) => {
                Self::not_found(format!("there is no order {}", stream.key()))
            }
            // The id of an order follows from that of the request that placed it.
            ExecuteError::Lifecycle(LifecycleRejection::AlreadyExists { .. }) => {
                Self::field(Asked::HEADER, "the request has placed an order long ago")
            }
            ExecuteError::Request(
                error @ (RequestError::Reused { .. } | RequestError::TooOld { .. }),
            ) => Self::field(Asked::HEADER, error.to_string()),
            ExecuteError::Conflict { .. } => {
                Self::later("the order is changed by others all the time")
            }
            ExecuteError::Load(error) => error.into(),
            ExecuteError::Append(AppendError::Store(error)) => Self::of_store(error),
            other => Self::broken(other),
        }
    }
}

impl From<LoadError> for Problem {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Store(error) => Self::of_store(error),
            other => Self::broken(other),
        }
    }
}

impl From<WaitError> for Problem {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::TimedOut { .. } => Self::later(error.to_string()),
            WaitError::Store(error) => Self::of_store(error),
            other => Self::broken(other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("title".into(), self.title.into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.into());
        body.extend(self.field.map(|field| ("field".into(), field.into())));
        body.extend(self.limit.map(|limit| ("limit".into(), limit.into())));
        let mut response = (self.status, Json(Value::from(body))).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// Turns a refusal of axum itself into a problem.
pub async fn of_text(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_text = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let status = response.status();
    if !(status.is_client_error() && is_text) {
        return response;
    }
    let said = to_bytes(response.into_body(), 4096).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    Problem::new(status, "the request cannot be read", said).into_response()
}
