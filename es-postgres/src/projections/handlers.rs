//! Checks of the transaction that a handler was handed.

use es_core::{ProjectError, StoreError, StoreErrorKind};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Error, PgConnection, Row};

use crate::error::from_sqlx;
use crate::schema::statements::Schema;

/// The settings of a session when it was handed over, in the form of SQL.
#[derive(Clone, Debug)]
pub(super) struct AsBegun {
    path: String,
    role: String,
}

/// The columns that SQL selects of a session for an [`AsBegun`]; the search path comes first, and
/// may be one that is just set.
pub(super) fn settings(path: &str) -> String {
    format!("quote_literal({path}), quote_literal(current_setting('role'))")
}

impl AsBegun {
    /// Reads what [`settings`] selected, from that column on.
    pub(super) fn of(row: &PgRow, column: usize) -> Result<Self, StoreError> {
        let path = row.try_get(column).map_err(from_sqlx)?;
        let role = row.try_get(column + 1).map_err(from_sqlx)?;
        Ok(Self { path, role })
    }

    /// A statement that fails where a handler has left something else.
    pub(super) fn guard(&self, schema: &Schema) -> String {
        format!("SELECT {}.guard_session({}, {})", schema.name(), self.path, self.role)
    }
}

/// Checks that the rows written since the savepoint can be kept, including constraints that would
/// otherwise fail at the commit only. The check is one message and leaves no trace: a deferred
/// constraint is checked again at the commit.
pub(super) async fn check(
    connection: &mut PgConnection,
    begun: &AsBegun,
) -> Result<(), ProjectError> {
    let check = format!(
        "SAVEPOINT es_check; SET CONSTRAINTS ALL IMMEDIATE; ROLLBACK TO SAVEPOINT es_check; \
         RELEASE SAVEPOINT es_check; \
         SELECT current_setting('search_path') = {}, current_setting('role') = {}, \
                current_setting('transaction_read_only') = 'off', \
                EXISTS (SELECT FROM pg_cursors WHERE pg_cursors.name = 'es_guard')",
        begun.path, begun.role
    );
    let rows = sqlx::raw_sql(AssertSqlSafe(check)).fetch_all(connection).await;
    let rows = rows.map_err(from_check)?;
    let is_so = |column: usize| {
        rows.last().and_then(|row| row.try_get::<bool, _>(column).ok()).unwrap_or_default()
    };
    let wrong = [
        (is_so(3), Left::Ended),
        (is_so(2), Left::ReadOnly),
        (is_so(1), Left::Setting("role")),
        (is_so(0), Left::Setting("search_path")),
    ];
    match wrong.into_iter().find(|(is_so, _)| !is_so) {
        None => Ok(()),
        Some((_, left)) => Err(left.into()),
    }
}

/// A change that a handler should not have left.
#[derive(Debug, thiserror::Error)]
enum Left {
    #[error(
        "it ended the transaction of its batch, and the transaction is the framework's: write neither COMMIT \
         nor ROLLBACK; `db.begin()` of sqlx begins a savepoint here"
    )]
    Ended,
    #[error(
        "it went on after a statement that had failed, which PostgreSQL does not: write `ON CONFLICT`, or put \
         what may fail between `db.begin()` and `rollback()`, a savepoint here"
    )]
    Failed {
        #[source]
        source: Error,
    },
    #[error("it made the transaction of its batch read-only")]
    ReadOnly,
    #[error(
        "it left `{0}` changed, so that rows of later events would go elsewhere: set it back, or name the \
         schema in the statement"
    )]
    Setting(&'static str),
}

/// The error if the transaction has failed, or there is none: the server names the cause of
/// neither.
pub(crate) fn from_check(error: Error) -> ProjectError {
    match state(&error).as_deref() {
        Some("25P02") => Left::Failed { source: error }.into(),
        Some("25P01" | "3B001" | "34000" | "ES002") => Left::Ended.into(),
        Some("ES003") => Left::Setting("search_path or role").into(),
        _ => error.into(),
    }
}

/// The error of the rollback if a handler has ended the transaction.
pub(super) fn from_back(error: Error) -> StoreError {
    match state(&error).as_deref() {
        Some("25P01" | "3B001") => StoreError::new(StoreErrorKind::Unsupported, Left::Ended),
        _ => from_sqlx(error),
    }
}

/// The error of the commit, reported like that of a check.
pub(super) fn from_commit(error: Error) -> StoreError {
    match state(&error).as_deref() {
        Some("25P02") => {
            StoreError::new(StoreErrorKind::Unsupported, Left::Failed { source: error })
        }
        Some("34000" | "25P01" | "ES002") => {
            StoreError::new(StoreErrorKind::Unsupported, Left::Ended)
        }
        // The server lacks space, or its disk fails: no fault of what was written.
        Some(code) if code != "53400" && (code.starts_with("53") || code.starts_with("58")) => {
            StoreError::new(StoreErrorKind::Unavailable, error)
        }
        _ => from_sqlx(error),
    }
}

fn state(error: &Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}
