//! Open appends that hold up the log, and their sessions.

use std::time::Duration;

use es_core::{HeldUp, Position, StoreError};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::from_sqlx;
use crate::pool::database::Database;
use crate::row::unsigned;

impl Database {
    /// The place where the log is held up, if events wait behind an open append.
    pub(crate) async fn find_hold_up(&self) -> Result<Option<HeldUp>, StoreError> {
        let rows = self.rows_of(self.query(include_str!("../sql/held_up.sql"))).await?;
        rows.first().map(held_up).transpose()
    }
}

fn held_up(row: &PgRow) -> Result<HeldUp, StoreError> {
    let (safe, head) = (unsigned(row, 0)?, unsigned(row, 1)?);
    let waited = micros(row.try_get::<Option<i64>, _>(2).map_err(from_sqlx)?.unwrap_or_default());
    let by = session(row, 3)?;
    Ok(HeldUp::new(Position(safe), head.saturating_sub(safe), waited, by))
}

/// A session of the server, as operators know it, from four columns of which pid is the first.
pub(crate) fn session(row: &PgRow, pid: usize) -> Result<String, StoreError> {
    let name: Option<String> = row.try_get(pid + 1).map_err(from_sqlx)?;
    let state: Option<String> = row.try_get(pid + 2).map_err(from_sqlx)?;
    let open: Option<i64> = row.try_get(pid + 3).map_err(from_sqlx)?;
    let pid: i32 = row.try_get(pid).map_err(from_sqlx)?;
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "no name".to_owned());
    let doing = match (state, open) {
        (Some(state), Some(open)) => {
            format!("{state}, its transaction open for {} s", micros(open).as_secs())
        }
        _ => "this role may not see since when: grant it `pg_read_all_stats`".to_owned(),
    };
    Ok(format!("backend {pid} (application_name: {name}; {doing})"))
}

fn micros(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}
