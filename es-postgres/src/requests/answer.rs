//! The way of an answer to a request into the store.

use std::sync::Arc;

use es_core::{AnsweredRequest, AppendError, Appended, NewRequest, StoreError, Version};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{Connection, PgConnection, Row};
use tokio::sync::oneshot;
use tracing::Instrument;

use super::lock::LockWait;
use super::memory::{Requests, answered, no_memory};
use crate::append::appender::Appender;
use crate::append::arrays::bigint;
use crate::append::locked::{Met, Wait, begin};
use crate::append::slices::Slices;
use crate::error::{Violation, from_sqlx, store_error, unexpected};
use crate::pool::driven::{driven, told};

impl Appender {
    /// Keeps an answer without an append, unless there is one. One statement, as long as nobody else
    /// answers the request at the same time; otherwise it waits as an append does for its streams.
    pub(crate) async fn answer(
        &self,
        request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        let request = Arc::new(request);
        let (requests, tried) = (self.requests.clone(), Arc::clone(&request));
        if let Some(outcome) = driven(async move { requests.try_answer(&tried).await }).await? {
            return Ok(outcome.first());
        }
        let appender = self.clone();
        let (mut answer, caller) = oneshot::channel();
        let task = async move {
            let attempt = async |wait| {
                let done = appender.requests.answer_under_lock(&request, wait).await;
                done.map_err(AppendError::from)
            };
            if let Some(done) =
                appender.when_free(&mut answer, Met::Somebody, Slices::new(), attempt).await
            {
                // Nobody may be there to hear it any more; it is kept all the same.
                let _ = answer.send(done.map(Outcome::first).map_err(store_error));
            }
        };
        let task = tokio::spawn(task.in_current_span());
        told(caller, task).await
    }
}

impl Requests {
    /// `None` if the statement has no verdict.
    async fn try_answer(&self, request: &NewRequest) -> Result<Option<Outcome>, StoreError> {
        let mut session = self.database.session().await?;
        let row = self.keep(request, &[], false).fetch_optional(&mut *session).await;
        let outcome = match row {
            Ok(row) => outcome(row.as_ref()),
            Err(error) if matches!(Violation::of(&error), Some(Violation::Request)) => {
                // The transaction around the statement, if there is one, has failed.
                drop(session);
                return Ok(None);
            }
            Err(error) => Err(from_sqlx(error)),
        };
        session.end_after(outcome).await
    }

    async fn answer_under_lock(
        &self,
        request: &NewRequest,
        wait: Wait,
    ) -> Result<Outcome, StoreError> {
        let mut connection = self.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        self.lock(&mut transaction, &request.key, LockWait::Awaited).await?;
        self.database.pass_gate(&mut transaction, false).await?;
        let row = self.keep(request, &[], true).fetch_optional(&mut *transaction).await;
        let outcome = outcome(row.map_err(from_sqlx)?.as_ref())?.ok_or_else(no_verdict)?;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        Ok(outcome)
    }

    /// Keeps the answer of an append, for a transaction that has the lock of the request and has found no answer.
    pub(crate) async fn keep_on(
        &self,
        connection: &mut PgConnection,
        request: &NewRequest,
        appended: &Appended,
    ) -> Result<(), StoreError> {
        let versions: Vec<_> = appended.streams.iter().map(|stream| stream.version).collect();
        let row = self.keep(request, &versions, true).fetch_optional(connection).await;
        match outcome(row.map_err(from_sqlx)?.as_ref())? {
            Some(Outcome::Kept) => Ok(()),
            Some(Outcome::First(_)) | None => Err(no_verdict()),
        }
    }

    fn keep(
        &self,
        request: &NewRequest,
        versions: &[Version],
        is_locked: bool,
    ) -> Query<'static, Postgres, PgArguments> {
        let NewRequest { key, fingerprint, answer, .. } = request;
        self.about(key, include_str!("../../sql/answer_request.sql"))
            .bind(fingerprint.0.cast_signed())
            .bind(answer.as_str().to_owned())
            .bind(versions.iter().map(|version| bigint(version.0)).collect::<Vec<_>>())
            .bind(is_locked)
    }
}

/// The outcome of keeping an answer.
enum Outcome {
    Kept,
    First(AnsweredRequest),
}

impl Outcome {
    fn first(self) -> Option<AnsweredRequest> {
        match self {
            Self::Kept => None,
            Self::First(first) => Some(first),
        }
    }
}

/// `None` if it was neither kept nor found.
fn outcome(row: Option<&PgRow>) -> Result<Option<Outcome>, StoreError> {
    let row = row.ok_or_else(no_memory)?;
    if row.try_get(0).map_err(from_sqlx)? {
        return Ok(Some(Outcome::Kept));
    }
    Ok(answered(row, 1)?.map(Outcome::First))
}

fn no_verdict() -> StoreError {
    unexpected("an answer was neither kept nor found under the lock of its request")
}
