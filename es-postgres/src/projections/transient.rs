//! Transient failures of a handler, which are no fault of the event.

use std::error::Error;
use std::iter::successors;

use es_core::projection::Transience;
use es_core::{AppendError, ProjectError, StoreError, StoreErrorKind};
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use crate::error::{is_lost_statement, kind};

/// States that every retry would meet again: a limit to the time of a statement, which it would
/// exceed each time; a transaction that was made read-only; a limit to its temporary files.
const STAYING: [&str; 3] = ["57014", "25006", "53400"];

/// True if the error, or one in its chain of sources, is a transient failure of the database.
pub(crate) fn is_transient(error: &ProjectError) -> bool {
    chain(error).any(says_so)
}

/// True if the failure is one that a handler can cause each time it is called.
fn is_contention(error: &ProjectError) -> bool {
    chain(error).filter_map(kind_of).any(|kind| kind == StoreErrorKind::Contention)
}

/// The prospect of a handler that failed with the error.
pub(super) fn transience(error: &ProjectError) -> Transience {
    match (is_transient(error), is_contention(error)) {
        (false, _) => Transience::Lasting,
        (true, false) => Transience::Transient,
        (true, true) => Transience::Contention,
    }
}

/// The kind of the failure, whether the handler got it from the driver or from the store.
fn kind_of(error: &(dyn Error + 'static)) -> Option<StoreErrorKind> {
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return Some(error.kind());
    }
    if let Some(AppendError::Store(error)) = error.downcast_ref::<AppendError>() {
        return Some(error.kind());
    }
    error.downcast_ref::<sqlx::Error>().map(kind)
}

fn chain(error: &ProjectError) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(Some(error.as_error() as &(dyn Error + 'static)), |&error| error.source())
}

fn says_so(error: &(dyn Error + 'static)) -> bool {
    let driver = error.downcast_ref::<sqlx::Error>();
    let state = driver.and_then(sqlx::Error::as_database_error).and_then(DatabaseError::code);
    if state.is_some_and(|state| STAYING.contains(&state.as_ref())) {
        return false;
    }
    kind_of(error).is_some_and(is_of_the_store)
        || driver.is_some_and(|error| is_lost_statement(error) || is_of_the_moment(error))
}

/// True for a server that cannot be written to: it is no fault of the event being handled, and a
/// failover ends it.
fn is_of_the_store(kind: StoreErrorKind) -> bool {
    matches!(
        kind,
        StoreErrorKind::Unavailable | StoreErrorKind::Contention | StoreErrorKind::ReadOnly
    )
}

/// True if the server lacks space or memory, or its disk fails; a limit that the service has set is
/// none of these. Also true if the session has prepared the same statement for a table of that name
/// in another schema, with other columns: a batch that is rolled back forgets what its session has
/// prepared.
fn is_of_the_moment(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else { return false };
    (error.code().starts_with("53") && error.code() != "53400")
        || error.code().starts_with("58")
        || (error.code() == "0A000" && error.routine() == Some("RevalidateCachedQuery"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_store(kind: StoreErrorKind) -> StoreError {
        StoreError::new(kind, "for a moment")
    }

    #[test]
    fn contention_is_one_whoever_tells_it() {
        let of_store = || of_store(StoreErrorKind::Contention);

        assert!(is_contention(&of_store().into()));
        assert!(is_contention(&AppendError::Store(of_store()).into()));
    }

    #[test]
    fn what_a_moment_cures_without_contention_is_none() {
        let away = ProjectError::from(of_store(StoreErrorKind::Unavailable));

        assert!(is_transient(&away) && !is_contention(&away));
    }
}
