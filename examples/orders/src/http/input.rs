//! Input of the routes, checked before anything is done with it.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use es_core::projection::InvalidToken;
use es_core::{Actor, CausationId, CorrelationId, InvalidText, Metadata, RequestId, Token};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::problem::Problem;

/// The namespace of the ids of orders that this service makes from the ids of requests.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c1f_0c5e_8a4b_4f0e_9d53_0b7a_2f4e_91d7);

/// A JSON body. What is wrong with it is told with the field.
#[derive(Debug)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        // A form of some other site cannot send this type.
        if text_of(request.headers(), header::CONTENT_TYPE.as_str())?
            .is_none_or(|kind| !kind.starts_with("application/json"))
        {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(status, "not JSON", "send it as application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::new(rejection.status(), "the request cannot be read", rejection.body_text())
        })?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        let body = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = error.path().to_string();
            match error.into_inner() {
                wrong if wrong.is_data() => Problem::field(field, wrong.to_string()),
                broken => Problem::unreadable(broken.to_string()),
            }
        })?;
        json.end().map_err(|error| Problem::unreadable(error.to_string()))?;
        Ok(Self(body))
    }
}

/// The id of a request, and the user on whose behalf it is made.
#[derive(Debug)]
pub struct Asked {
    /// The user and the key that it has sent: nobody is answered with what another user was told.
    pub request: RequestId,
    pub user: Actor,
}

impl Asked {
    pub const HEADER: &'static str = "idempotency-key";

    pub fn new(request: &str, user: Option<&str>) -> Result<Self, Problem> {
        let key = text(Self::HEADER, request, 100)?;
        if key.contains(':') {
            // What follows the last colon is the key.
            let problem = Problem::field(Self::HEADER, format!("`{}` holds a colon", Self::HEADER));
            return Err(problem.with_limit("1 to 100 characters, none of them a colon"));
        }
        let user = text("x-user", user.unwrap_or("anonymous"), 80)?;
        let too_long = |error: InvalidText| Problem::field(Self::HEADER, error.to_string());
        let request = RequestId::new(format!("{user}:{key}")).map_err(too_long)?;
        let user = Actor::new(user).map_err(too_long)?;
        Ok(Self { request, user })
    }

    /// The order that the request places: the same one each time that it is sent.
    pub fn order(&self) -> Uuid {
        Uuid::new_v5(&NAMESPACE, format!("order {}", self.request).as_bytes())
    }

    /// The metadata of the events of the request.
    pub fn metadata(&self) -> Result<Metadata, Problem> {
        let request = self.request.as_str();
        Ok(Metadata::default()
            .with_correlation_id(CorrelationId::new(request).map_err(Problem::broken)?)
            .with_causation_id(CausationId::new(request).map_err(Problem::broken)?)
            .with_actor(self.user.clone()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let missing = || {
            let detail = "name the request, with a UUID say: sent again under the same name, it \
                          happens once";
            Problem::unreadable(format!("the header `{}` is missing; {detail}", Self::HEADER))
        };
        let request = text_of(&parts.headers, Self::HEADER)?.ok_or_else(missing)?;
        Self::new(request, text_of(&parts.headers, "x-user")?)
    }
}

/// The token of the write that the answer has to show, if the caller names one.
#[derive(Clone, Copy, Debug)]
pub struct After(pub Option<Token>);

impl<S: Send + Sync> FromRequestParts<S> for After {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(text_of(&parts.headers, Token::HEADER)?.map(token).transpose()?))
    }
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let text = headers.get(name).map(axum::http::HeaderValue::to_str).transpose();
    text.map_err(|_| Problem::unreadable(format!("the header `{name}` is not ASCII")))
}

/// Parses the token that a caller got as the answer to a write.
pub fn token(text: &str) -> Result<Token, Problem> {
    text.parse().map_err(|error: InvalidToken| Problem::unreadable(error.to_string()))
}

/// The id of an order, as it stands in an address.
pub fn order(id: &str) -> Result<Uuid, Problem> {
    id.parse().map_err(|_| Problem::not_found(format!("there is no order {id}")))
}

/// A text of 1 to `most` characters, without the spaces around it.
pub fn text(field: &str, value: &str, most: usize) -> Result<String, Problem> {
    let value = value.trim();
    let problem = match value.chars().count() {
        0 => "is empty".to_owned(),
        length if length > most => format!("is {length} characters long"),
        _ if value.chars().any(char::is_control) => "holds a control character".to_owned(),
        _ => return Ok(value.to_owned()),
    };
    let limit = format!("1 to {most} characters, none of them a control character");
    Err(Problem::field(field, format!("`{field}` {problem}")).with_limit(limit))
}

/// A number of that range.
pub fn number(field: &str, value: &str, least: u32, most: u32) -> Result<u32, Problem> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    let shown: String = value.chars().take(60).collect();
    let limit = format!("a whole number from {least} to {most}");
    let problem = Problem::field(field, format!("`{field}` is {shown:?}")).with_limit(limit);
    number.ok_or(problem)
}
