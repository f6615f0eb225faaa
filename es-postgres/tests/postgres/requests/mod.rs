//! Requests that are answered once: their locks, their statements, and how they are forgotten.

mod commands;
mod forgotten;
mod locks;
mod statements;

use es_core::prelude::*;
use es_core::{
    AnsweredRequest, AppendError, NewRequest, Payload, RequestFingerprint, RequestId, RequestKey,
    RequestMemory, RequestScope,
};
use es_postgres::sqlx::{self, PgPool};

use crate::support::{Fixture, append};

fn key(id: &str) -> RequestKey {
    RequestKey::new(RequestScope::new("account").unwrap(), RequestId::new(id).unwrap())
}

pub(crate) fn request(id: &str, number: u64) -> NewRequest {
    let answer = Payload::parse(number.to_string()).unwrap();
    NewRequest::new(key(id), RequestFingerprint(number), answer)
}

pub(crate) fn once(stream: &str, id: &str, number: u64) -> Append {
    append(stream, ExpectedVersion::Any, 1).with_request(request(id, number))
}

fn first_answer<T: std::fmt::Debug>(refused: Result<T, AppendError>) -> AnsweredRequest {
    match refused {
        Err(AppendError::Answered(first)) => *first,
        other => panic!("expected the first answer, not {other:?}"),
    }
}

async fn memory(fixture: &Fixture, id: &str) -> RequestMemory {
    fixture.store.find_request(&key(id)).await.unwrap()
}

/// Time passes for the answers that are kept.
pub(crate) async fn days_pass(pool: &PgPool, days: i32) {
    sqlx::query("UPDATE es.request_memory SET since = since - $1 * interval '1 day'")
        .bind(days)
        .execute(pool)
        .await
        .unwrap();
}

/// The number of times that the halves have changed places.
pub(crate) const TURN: &str = "SELECT turn FROM es.request_memory";
