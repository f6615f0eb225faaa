//! The handle of the store of sagas.

use std::collections::BTreeMap;
use std::fmt;

use es_core::sagas::{SagaQuery, SagaRow, SagaStore};
use es_core::{StoreError, StoreErrorKind, StreamId, StreamKey};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::projections::PgProjections;
use crate::projections::leases::numbers;
use crate::store::PgStore;

use super::columns::Columns;
use super::row::saga;

/// Stores what the nodes that run sagas share, beside the events: who holds which instances, and a row for each.
///
/// It is a handle: clones share the same pool.
///
/// ```no_run
/// use es_core::sagas::Sagas;
/// use es_postgres::PgStore;
///
/// # async fn example(pool: es_postgres::sqlx::PgPool) -> Result<(), Box<dyn std::error::Error>> {
/// let store = PgStore::new(pool);
/// store.migrate().await?;
/// let sagas = Sagas::new(store.clone(), store.sagas());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PgSagas {
    database: Database,
    progress: PgProjections,
}

impl PgStore {
    /// Stores sagas beside the events, on the same pool.
    #[must_use]
    pub fn sagas(&self) -> PgSagas {
        PgSagas { database: self.database.clone(), progress: self.projections() }
    }
}

/// An instant before all that PostgreSQL can store: in its year 4713 BC, in microseconds since 1970.
const BEFORE_ALL: i64 = -210_000_000_000_000_000;

impl SagaStore for PgSagas {
    type Progress = PgProjections;

    fn progress(&self) -> &PgProjections {
        &self.progress
    }

    async fn rows(
        &self,
        db: &mut PgConnection,
        streams: &[StreamId],
    ) -> Result<Vec<SagaRow>, StoreError> {
        let mut found = Vec::with_capacity(streams.len());
        for (category, keys) in by_saga(streams, |stream| stream) {
            let keys: Vec<_> = keys.into_iter().map(|stream| stream.key().as_str()).collect();
            let query = self.database.query(include_str!("../../sql/sagas/rows.sql"));
            let query = query.bind(category).bind(keys);
            found.extend(sagas(&query.fetch_all(&mut *db).await.map_err(from_sqlx)?)?);
        }
        Ok(found)
    }

    async fn save(&self, db: &mut PgConnection, rows: &[SagaRow]) -> Result<(), StoreError> {
        for (category, rows) in by_saga(rows, |row| &row.stream) {
            let columns = Columns::of(rows);
            let query = self.database.query(include_str!("../../sql/sagas/save.sql"));
            let query = query
                .bind(category)
                .bind(columns.keys)
                .bind(columns.slots)
                .bind(columns.versions)
                .bind(columns.heard)
                .bind(columns.saga_versions)
                .bind(columns.phases)
                .bind(columns.steps)
                .bind(columns.attempts)
                .bind(columns.waits)
                .bind(columns.due)
                .bind(columns.errors)
                .bind(columns.since)
                .bind(columns.started_at)
                .bind(columns.ended_at);
            query.execute(&mut *db).await.map_err(from_sqlx)?;
        }
        Ok(())
    }

    async fn find(&self, query: &SagaQuery, limit: u32) -> Result<Vec<SagaRow>, StoreError> {
        let limit = i64::from(limit);
        // No key is empty.
        let after =
            |key: &Option<StreamKey>| key.as_ref().map_or(String::new(), StreamKey::to_string);
        let query = match query {
            SagaQuery::Unattended { saga, slots, after: key } => {
                let query = self.database.query(include_str!("../../sql/sagas/unattended.sql"));
                query.bind(saga.to_string()).bind(numbers(slots)).bind(after(key)).bind(limit)
            }
            SagaQuery::Due { saga, slots, until, after } => {
                let (instant, key) = match after {
                    Some((instant, key)) => (instant.unix_micros(), key.to_string()),
                    None => (BEFORE_ALL, String::new()),
                };
                let query = self.database.query(include_str!("../../sql/sagas/due.sql"));
                let query = query.bind(saga.to_string()).bind(numbers(slots));
                query.bind(until.unix_micros()).bind(limit).bind(instant).bind(key)
            }
            SagaQuery::List(filter) => {
                let sql = match filter.phase() {
                    Some(_) => include_str!("../../sql/sagas/of_phase.sql"),
                    None => include_str!("../../sql/sagas/list.sql"),
                };
                let query = self
                    .database
                    .query(sql)
                    .bind(filter.saga().to_string())
                    .bind(after(&filter.after().cloned()))
                    .bind(filter.step().map(ToString::to_string))
                    .bind(filter.version().map(i64::from))
                    .bind(limit);
                match filter.phase() {
                    Some(phase) => query.bind(phase.as_str()),
                    None => query,
                }
            }
            other => {
                let why = format!("there is no way to find {other:?}");
                return Err(StoreError::new(StoreErrorKind::Unsupported, why));
            }
        };
        sagas(&self.database.rows_of(query).await?)
    }
}

fn sagas(rows: &[PgRow]) -> Result<Vec<SagaRow>, StoreError> {
    rows.iter().map(saga).collect()
}

/// Groups items by the saga that they belong to; as a rule that is one.
fn by_saga<'a, T>(
    items: &'a [T],
    stream: impl Fn(&'a T) -> &'a StreamId,
) -> BTreeMap<&'a str, Vec<&'a T>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for item in items {
        groups.entry(stream(item).category().as_str()).or_default().push(item);
    }
    groups
}

/// Shows how busy the pool is, and never how to reach the database.
impl fmt::Debug for PgSagas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgSagas").field("database", &self.database).finish_non_exhaustive()
    }
}
