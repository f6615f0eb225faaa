//! Conversion of the driver's errors to those of es-core.

use es_core::projection::RegisterError;
use es_core::{Append, AppendError, EventId, StoreError, StoreErrorKind};
use sqlx::Error;
use sqlx::postgres::PgDatabaseError;
use uuid::Uuid;

/// Converts a failure of the driver. Its messages repeat the server's and never how the connection
/// was made: no password is in them.
pub(crate) fn from_sqlx(error: Error) -> StoreError {
    match kind(&error) {
        StoreErrorKind::NotMigrated => {
            let schema = schema_in(&error.to_string()).unwrap_or("es").to_owned();
            StoreError::new(StoreErrorKind::NotMigrated, NotMigrated { schema, source: error })
        }
        StoreErrorKind::Unsupported if is_lost_statement(&error) => {
            StoreError::new(StoreErrorKind::Unsupported, LostStatement { source: error })
        }
        // The driver's wrapping would say the server's words a second time.
        kind => match error {
            Error::Database(database) => StoreError::new(kind, database.into_error()),
            error => StoreError::new(kind, error),
        },
    }
}

/// The tables are not there.
#[derive(Debug, thiserror::Error)]
#[error(
    "the schema `{schema}` is missing or older than this program; call `PgStore::migrate` first"
)]
struct NotMigrated {
    schema: String,
    source: Error,
}

/// The schema in `relation "ledger.events" does not exist`, in whatever language the server says it.
fn schema_in(message: &str) -> Option<&str> {
    let is_between = |next: char| !(next.is_ascii_alphanumeric() || next == '_' || next == '.');
    let mut names = message.split(is_between).filter_map(|word| word.split_once('.'));
    names.find(|(schema, name)| !schema.is_empty() && !name.is_empty()).map(|(schema, _)| schema)
}

/// A statement that was prepared is not known, or one that was not is known already.
#[derive(Debug, thiserror::Error)]
#[error(
    "a pooler such as pgbouncer hands the sessions of the server around, and prepared statements get \
     lost between them; use `PgStoreOptions::without_prepared_statements` behind it"
)]
struct LostStatement {
    source: Error,
}

/// True if a prepared statement is lost. The server keeps a statement for the session that prepared
/// it; only a pooler puts another session in its place.
pub(crate) fn is_lost_statement(error: &Error) -> bool {
    let Error::Database(database) = error else {
        return false;
    };
    database.code().is_some_and(|code| is_lost_statement_state(&code))
}

/// True for the states "prepared statement does not exist" and "exists already".
fn is_lost_statement_state(state: &str) -> bool {
    matches!(state, "26000" | "42P05")
}

/// The kind of the failure.
pub(crate) fn kind(error: &Error) -> StoreErrorKind {
    match error {
        Error::Database(database)
            if database.try_downcast_ref::<PgDatabaseError>().is_some_and(is_stale_plan) =>
        {
            StoreErrorKind::Contention
        }
        Error::Database(database) => {
            database.code().map_or(StoreErrorKind::Other, |code| kind_of_state(code.as_ref()))
        }
        Error::Io(_)
        | Error::Tls(_)
        | Error::PoolTimedOut
        | Error::PoolClosed
        | Error::WorkerCrashed
        | Error::BeginFailed => StoreErrorKind::Unavailable,
        Error::ColumnDecode { .. } | Error::Decode(_) => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Other,
    }
}

/// The kind of the failure, by its SQLSTATE.
fn kind_of_state(state: &str) -> StoreErrorKind {
    match state {
        // Undefined table, sequence, schema, column, function.
        "42P01" | "3F000" | "42703" | "42883" => StoreErrorKind::NotMigrated,
        // Serialisation failure, deadlock, lock not available. And the server's table of locks is full.
        "40001" | "40P01" | "55P03" | "53200" => StoreErrorKind::Contention,
        // The server stops, has crashed or is not ready; too many connections; a session ended for
        // being idle, in a transaction or not.
        "57P01" | "57P02" | "57P03" | "53300" | "25P03" | "57P05" => StoreErrorKind::Unavailable,
        // A standby, or a role, a session or a database whose transactions are read-only.
        "25006" => StoreErrorKind::ReadOnly,
        // A statement cancelled by a time limit or by an operator, a transaction that took too long.
        "57014" | "25P04" => StoreErrorKind::StatementTimeout,
        // The caller's transaction has failed before: nothing more can be done in it.
        "25P02" => StoreErrorKind::Unsupported,
        _ if is_lost_statement_state(state) => StoreErrorKind::Unsupported,
        _ if state.starts_with("08") => StoreErrorKind::Unavailable,
        _ => StoreErrorKind::Other,
    }
}

/// True if the statement was prepared before a migration changed the types of its result. Nothing
/// was done; prepared anew it succeeds.
fn is_stale_plan(error: &PgDatabaseError) -> bool {
    error.code() == "0A000" && error.routine() == Some("RevalidateCachedQuery")
}

/// A failure whose cause may be a statement that its session has prepared.
pub(crate) trait Failed {
    /// True if a prepared statement is the cause: the session is of no use any more.
    fn is_stale_plan(&self) -> bool;
}

impl Failed for StoreError {
    fn is_stale_plan(&self) -> bool {
        std::error::Error::source(self)
            .and_then(|source| source.downcast_ref::<PgDatabaseError>())
            .is_some_and(is_stale_plan)
    }
}

impl Failed for AppendError {
    fn is_stale_plan(&self) -> bool {
        matches!(self, Self::Store(error) if Failed::is_stale_plan(error))
    }
}

impl Failed for RegisterError {
    fn is_stale_plan(&self) -> bool {
        matches!(self, Self::Store(error) if Failed::is_stale_plan(error))
    }
}

/// The rule of the schema that an append violated.
pub(crate) enum Violation {
    /// Another append has written that version of the stream.
    Version,
    /// An event with that id is in the store; the id, if the server reports it.
    EventId(Option<EventId>),
    /// The request has an answer.
    Request,
}

impl Violation {
    /// The rule that `error` names, if it names one.
    pub(crate) fn of(error: &Error) -> Option<Self> {
        let Error::Database(database) = error else {
            return None;
        };
        if !database.is_unique_violation() {
            return None;
        }
        match database.constraint()? {
            "events_stream_version_key" => Some(Self::Version),
            "events_id_key" => Some(Self::EventId(
                database
                    .try_downcast_ref::<PgDatabaseError>()
                    .and_then(PgDatabaseError::detail)
                    .and_then(id_in),
            )),
            "requests_0_pkey" | "requests_1_pkey" => Some(Self::Request),
            _ => None,
        }
    }
}

/// The id in `Key (id)=(…) already exists.`, in whatever language the server says it.
fn id_in(detail: &str) -> Option<EventId> {
    detail.split(['(', ')']).find_map(|word| Uuid::try_parse(word).ok()).map(EventId::from)
}

/// True if the failed append has stored nothing and may succeed in another attempt.
pub(crate) fn is_contention(error: &AppendError) -> bool {
    matches!(error, AppendError::Store(error) if error.kind() == StoreErrorKind::Contention)
}

/// True if a lock was not available within the time limit of the transaction.
pub(crate) fn is_lock_timeout(error: &AppendError) -> bool {
    state(error).is_some_and(|state| state == "55P03")
}

/// The SQLSTATE that the server gave.
fn state(error: &AppendError) -> Option<&str> {
    let AppendError::Store(error) = error else {
        return None;
    };
    Some(std::error::Error::source(error)?.downcast_ref::<PgDatabaseError>()?.code())
}

/// The error when other writers were faster in every attempt.
pub(crate) fn contended(append: &Append) -> AppendError {
    let streams = append
        .parts()
        .iter()
        .map(|part| format!("`{}`", part.stream))
        .take(3)
        .collect::<Vec<_>>()
        .join(", ");
    StoreError::new(
        StoreErrorKind::Contention,
        format!("other appends to {streams} were faster, time and again"),
    )
    .into()
}

/// The error of a part of an append that is refused for no reason of an append's.
pub(crate) fn store_error(error: AppendError) -> StoreError {
    match error {
        AppendError::Store(error) => error,
        other => StoreError::new(StoreErrorKind::Other, other),
    }
}

/// The error for an answer that the statement cannot have given.
pub(crate) fn unexpected(what: &'static str) -> StoreError {
    StoreError::new(StoreErrorKind::Other, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_found_in_any_language() {
        let english = "error returned from database: relation \"ledger.events\" does not exist";
        let german = "Relation »ledger.events« existiert nicht.";

        assert_eq!((schema_in(english), schema_in(german)), (Some("ledger"), Some("ledger")));
        assert_eq!(schema_in("relation \"events\" does not exist"), None);
    }

    #[test]
    fn the_id_is_found_in_any_language() {
        let id = EventId::generate();

        assert_eq!(id_in(&format!("Key (id)=({id}) already exists.")), Some(id));
        assert_eq!(id_in(&format!("Schlüssel »(id)=({id})« existiert bereits.")), Some(id));
    }
}
