//! The memory of a store for requests.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::{AnsweredRequest, Payload, RequestFingerprint, RequestKey, StoreError, Version};
use sqlx::Row;
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use tokio::time::Instant;

use crate::error::{from_sqlx, unexpected};
use crate::pool::database::Database;

/// The time for which answers are remembered at least, unless told otherwise.
pub(crate) const REMEMBERED: Duration = Duration::from_hours(7 * 24);

/// The answers that a store remembers, in all its clones.
#[derive(Clone)]
pub(crate) struct Requests {
    pub(super) database: Database,
    /// The time for which they are remembered at least.
    pub(super) remembered: Duration,
    /// The moment at which this process last tried to forget old ones.
    pub(super) tried: Arc<Mutex<Option<Instant>>>,
}

impl Requests {
    pub(crate) fn new(database: Database, remembered: Duration) -> Self {
        Self { database, remembered, tried: Arc::default() }
    }

    /// The time for which answers are remembered, as a parameter.
    pub(super) fn seconds(&self) -> i64 {
        i64::try_from(self.remembered.as_secs()).unwrap_or(i64::MAX).min(10_000_000_000)
    }

    /// A statement about a request, which is its first two parameters.
    pub(super) fn about(
        &self,
        key: &RequestKey,
        sql: &'static str,
    ) -> Query<'static, Postgres, PgArguments> {
        self.database.query(sql).bind(key.scope.to_string()).bind(key.id.to_string())
    }
}

/// The answer in three columns from `column` on: fingerprint, answer, versions; `None` if they are null.
pub(super) fn answered(row: &PgRow, column: usize) -> Result<Option<AnsweredRequest>, StoreError> {
    let Some(fingerprint) = row.try_get::<Option<i64>, _>(column).map_err(from_sqlx)? else {
        return Ok(None);
    };
    let answer: String = row.try_get(column + 1).map_err(from_sqlx)?;
    let versions: Vec<i64> = row.try_get(column + 2).map_err(from_sqlx)?;
    let version = |version| u64::try_from(version).map(Version);
    let versions = versions.into_iter().map(version).collect::<Result<_, _>>();
    let versions = versions.map_err(|_| unexpected("a version of an answer is negative"))?;
    let fingerprint = RequestFingerprint(fingerprint.cast_unsigned());
    Ok(Some(AnsweredRequest::new(fingerprint, Payload::from_store(answer), versions)))
}

/// The error of a store whose one row of memory was deleted.
pub(super) fn no_memory() -> StoreError {
    unexpected("the row of `es.request_memory` is gone; insert it again with its defaults")
}
