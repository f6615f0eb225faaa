//! Answers to requests on their way into the store.

use es_core::{AnsweredRequest, Appended, NewRequest, RequestKey, StoreError, Version};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{Connection, PgConnection, Row};

use super::memory::{Requests, Turn, answered};
use crate::append::arrays::bigint;
use crate::append::locked::{Wait, begin};
use crate::append::slices::Slices;
use crate::error::{Violation, from_sqlx, unexpected};
use crate::pool::driven::driven;

impl Requests {
    /// Keeps an answer without an append, unless there is one. One statement, as long as nobody else
    /// answers the request at the same time.
    pub(crate) async fn answer(
        &self,
        request: NewRequest,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        let requests = self.clone();
        driven(async move {
            if let Some(outcome) = requests.try_answer(&request).await? {
                return Ok(outcome.first());
            }
            let wait = Wait::Slice(Slices::new().next());
            requests.answer_in_turn(&request, wait).await.map(Outcome::first)
        })
        .await
    }

    /// `None` if the statement has no verdict.
    async fn try_answer(&self, request: &NewRequest) -> Result<Option<Outcome>, StoreError> {
        let mut session = self.database.session().await?;
        let row = self.keep(request, &[], false).fetch_one(&mut *session).await;
        let outcome = match row {
            Ok(row) => outcome(&row),
            Err(error) if matches!(Violation::of(&error), Some(Violation::Request)) => {
                // The transaction around the statement, if there is one, has failed.
                drop(session);
                return Ok(None);
            }
            Err(error) => Err(from_sqlx(error)),
        };
        session.end_after(outcome).await
    }

    async fn answer_in_turn(
        &self,
        request: &NewRequest,
        wait: Wait,
    ) -> Result<Outcome, StoreError> {
        let mut connection = self.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        self.lock(&mut transaction, &request.key, Turn::Awaited).await?;
        self.database.pass_gate(&mut transaction, false).await?;
        let row =
            self.keep(request, &[], true).fetch_one(&mut *transaction).await.map_err(from_sqlx)?;
        let outcome = outcome(&row)?.ok_or_else(no_verdict)?;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        Ok(outcome)
    }

    /// Takes the lock of a request for the rest of a transaction; false if it is not free and not
    /// waited for.
    pub(crate) async fn lock(
        &self,
        connection: &mut PgConnection,
        key: &RequestKey,
        turn: Turn,
    ) -> Result<bool, StoreError> {
        let lock = self
            .database
            .query(include_str!("../../sql/lock_request.sql"))
            .bind(key.scope.to_string())
            .bind(key.id.to_string())
            .bind(turn == Turn::Awaited);
        let row = lock.fetch_one(connection).await.map_err(from_sqlx)?;
        row.try_get(0).map_err(from_sqlx)
    }

    /// Keeps the answer of an append, for a transaction that has the lock of the request and has found no answer;
    /// false if there is one after all.
    pub(crate) async fn keep_on(
        &self,
        connection: &mut PgConnection,
        request: &NewRequest,
        appended: &Appended,
    ) -> Result<bool, sqlx::Error> {
        let versions: Vec<_> = appended.streams.iter().map(|stream| stream.version).collect();
        self.keep(request, &versions, true).fetch_one(connection).await?.try_get(0)
    }

    fn keep(
        &self,
        request: &NewRequest,
        versions: &[Version],
        is_locked: bool,
    ) -> Query<'static, Postgres, PgArguments> {
        let NewRequest { key, fingerprint, answer, .. } = request;
        self.database
            .query(include_str!("../../sql/answer_request.sql"))
            .bind(key.scope.to_string())
            .bind(key.id.to_string())
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
fn outcome(row: &PgRow) -> Result<Option<Outcome>, StoreError> {
    if row.try_get(0).map_err(from_sqlx)? {
        return Ok(Some(Outcome::Kept));
    }
    Ok(answered(row, 1)?.map(Outcome::First))
}

fn no_verdict() -> StoreError {
    unexpected("an answer was neither kept nor found under the lock of its request")
}
