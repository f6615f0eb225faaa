//! The look-up of the answer to a request.

use es_core::{AnsweredRequest, RequestKey, RequestMemory, StoreError, Timestamp};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{PgConnection, Row};

use super::memory::{Requests, answered, no_memory};
use crate::error::from_sqlx;

impl Requests {
    /// The memory for a request. Once answers are old enough, a task begins to forget them.
    pub(crate) async fn find(&self, key: &RequestKey) -> Result<RequestMemory, StoreError> {
        let rows = self.database.rows_of(self.query(key)).await?;
        let row = rows.first().ok_or_else(no_memory)?;
        if row.try_get(1).map_err(from_sqlx)? {
            self.forget_sometimes();
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
        let row: Option<PgRow> =
            self.query(key).fetch_optional(connection).await.map_err(from_sqlx)?;
        answered(&row.ok_or_else(no_memory)?, 2)
    }

    fn query(&self, key: &RequestKey) -> Query<'static, Postgres, PgArguments> {
        self.about(key, include_str!("../../sql/find_request.sql")).bind(self.seconds())
    }
}
