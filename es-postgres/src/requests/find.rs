//! Looks for the answers to requests.

use es_core::{AnsweredRequest, RequestKey, RequestMemory, StoreError, Timestamp};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{PgConnection, Row};

use super::memory::{Requests, answered};
use crate::error::{from_sqlx, unexpected};

impl Requests {
    /// The memory for a request. Once answers are old enough, old ones are forgotten first.
    pub(crate) async fn find(&self, key: &RequestKey) -> Result<RequestMemory, StoreError> {
        let rows = self.database.rows_of(self.query(key)).await?;
        let row = rows.first().ok_or_else(no_memory)?;
        if row.try_get(1).map_err(from_sqlx)? {
            self.forget_sometimes().await;
        }
        let since: Option<i64> = row.try_get(0).map_err(from_sqlx)?;
        Ok(RequestMemory::new(answered(row, 2)?, since.map(Timestamp::from_unix_micros)))
    }

    /// The answer to a request, for a transaction that has its lock.
    pub(crate) async fn find_on(
        &self,
        connection: &mut PgConnection,
        key: &RequestKey,
    ) -> Result<Option<AnsweredRequest>, StoreError> {
        let row: PgRow = self.query(key).fetch_one(connection).await.map_err(from_sqlx)?;
        answered(&row, 2)
    }

    fn query(&self, key: &RequestKey) -> Query<'static, Postgres, PgArguments> {
        self.database
            .query(include_str!("../../sql/find_request.sql"))
            .bind(key.scope.to_string())
            .bind(key.id.to_string())
            .bind(self.seconds())
    }
}

/// The error of a store whose one row of memory was deleted.
fn no_memory() -> StoreError {
    unexpected("the row of `es.request_memory` is gone; insert it again with its defaults")
}
