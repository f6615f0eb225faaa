//! Which failures of a handler are nobody's fault.

use std::error::Error;
use std::iter::successors;

use es_core::{AppendError, ProjectError, StoreError, StoreErrorKind};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::error::{is_lost_statement, kind};

/// States that stay as they are however often one tries: a limit to the time of a statement, which it
/// would exceed each time; a transaction that was made read-only; a limit to its temporary files.
const STAYING: [&str; 3] = ["57014", "25006", "53400"];

/// A serialization failure, a deadlock, a lock that is not free.
const CONTENDED: [&str; 3] = ["40001", "40P01", "55P03"];

/// Whether the error, or one that it came from, is a failure of the database that may pass.
pub(crate) fn is_transient(error: &ProjectError) -> bool {
    chain(error).any(says_so)
}

/// True if it is one that a handler can bring about each time it is called.
pub(super) fn is_contention(error: &ProjectError) -> bool {
    chain(error).filter_map(<dyn Error>::downcast_ref::<sqlx::Error>).any(|error| {
        let state = error.as_database_error().and_then(DatabaseError::code);
        state.is_some_and(|state| CONTENDED.contains(&state.as_ref()))
    })
}

fn chain(error: &ProjectError) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(Some(error.as_error() as &(dyn Error + 'static)), |&error| error.source())
}

fn says_so(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return is_of_the_store(error.kind());
    }
    if let Some(AppendError::Store(error)) = error.downcast_ref::<AppendError>() {
        return is_of_the_store(error.kind());
    }
    error.downcast_ref::<sqlx::Error>().is_some_and(|error| {
        let state = error.as_database_error().and_then(DatabaseError::code);
        if state.is_some_and(|state| STAYING.contains(&state.as_ref())) {
            return false;
        }
        is_of_the_store(kind(error)) || is_lost_statement(error) || is_of_the_moment(error)
    })
}

/// A server that cannot be written to is no fault of the event in hand: a failover ends it.
fn is_of_the_store(kind: StoreErrorKind) -> bool {
    matches!(
        kind,
        StoreErrorKind::Unavailable | StoreErrorKind::Contention | StoreErrorKind::ReadOnly
    )
}

/// The server lacks space or memory, or its disk fails; a limit that the service has set is none of
/// these. Or the session has prepared the same statement
/// for a table of that name in another schema, with other columns: a batch that is undone forgets what
/// its session has prepared.
fn is_of_the_moment(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else { return false };
    (error.code().starts_with("53") && error.code() != "53400")
        || error.code().starts_with("58")
        || (error.code() == "0A000" && error.routine() == Some("RevalidateCachedQuery"))
}
