//! The end of the log: its safe position, up to which it is complete, and its incarnation.

use es_core::{Incarnation, Position, StoreError, StoreErrorKind};
use sqlx::{PgConnection, Row};
use tokio::sync::watch;

use crate::error::from_sqlx;
use crate::read::reader::Reader;
use crate::row;

/// The end of the log, and its incarnation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LogEnd {
    pub(crate) incarnation: Incarnation,
    /// The safe position, up to which the log is complete; it may be that of no event.
    pub(crate) safe: Position,
    /// The greatest position that was assigned.
    pub(crate) head: Position,
}

impl Reader {
    /// Reads the end of the log with its safe position, which never goes back.
    ///
    /// # Errors
    ///
    /// On a standby, which has the rows of its primary and not the locks that show which positions
    /// are still open; and if the log ends before what was read of it.
    pub(crate) async fn log_end(
        &self,
        connection: &mut PgConnection,
    ) -> Result<LogEnd, StoreError> {
        // Before the statement: what another reader learns meanwhile may be newer than its answer.
        let known = self.known_log.get();
        let query = self.database.query(include_str!("../../sql/safe.sql"));
        let row = query.fetch_one(connection).await.map_err(from_sqlx)?;
        if row.try_get::<bool, _>(2).map_err(from_sqlx)? {
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                "this is a standby, and it does not know which appends are under way: read the log \
                 on the primary, or with `PgStoreOptions::with_log_replica`",
            ));
        }
        let found = LogEnd {
            safe: Position(row::unsigned(&row, 0)?),
            head: Position(row::unsigned(&row, 1)?),
            incarnation: row.try_get::<uuid::Uuid, _>(3).map_err(from_sqlx)?.into(),
        };
        found.follows(known)?;
        Ok(self.known_log.learn(found))
    }
}

impl LogEnd {
    /// Checks that it can be the end of the log that was `known` before it was read.
    fn follows(self, known: Option<Self>) -> Result<(), StoreError> {
        let known = known.filter(|known| known.incarnation == self.incarnation);
        match known.map(|known| known.safe).filter(|safe| self.head < *safe) {
            None => Ok(()),
            Some(safe) => Err(StoreError::new(
                StoreErrorKind::Corrupt,
                format!(
                    "the log ends at position {}, and this store has read it up to {safe}: the \
                     database was restored or replaced; run `PgStore::begin_incarnation`, so that \
                     every reader learns of it",
                    self.head
                ),
            )),
        }
    }
}

/// The latest known end of the log, shared by all clones of a store.
#[derive(Default)]
pub(crate) struct KnownLog(watch::Sender<Option<LogEnd>>);

impl KnownLog {
    pub(crate) fn get(&self) -> Option<LogEnd> {
        *self.0.borrow()
    }

    /// Subscribes to every later change, found by any clone.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<LogEnd>> {
        self.0.subscribe()
    }

    /// Merges `found` with the known end. An append that advertises less than was safe before has
    /// seen an old number and will take its positions above the current one: so a safe position
    /// stays safe, in one and the same log.
    fn learn(&self, found: LogEnd) -> LogEnd {
        let mut learned = found;
        self.0.send_if_modified(|known| {
            if let Some(known) = known.filter(|known| known.incarnation == found.incarnation) {
                learned.safe = known.safe.max(found.safe);
                learned.head = known.head.max(found.head);
            }
            known.replace(learned) != Some(learned)
        });
        learned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(incarnation: Incarnation, safe: u64, head: u64) -> LogEnd {
        LogEnd { incarnation, safe: Position(safe), head: Position(head) }
    }

    #[test]
    fn an_append_under_way_holds_back_what_is_safe_and_not_what_was() {
        let (known, log) = (KnownLog::default(), Incarnation::generate());
        known.learn(end(log, 5, 5));

        assert_eq!(known.learn(end(log, 3, 9)).safe, Position(5));
    }

    #[test]
    fn a_new_incarnation_begins_anew() {
        let known = KnownLog::default();
        known.learn(end(Incarnation::generate(), 5, 5));

        let restored = end(Incarnation::generate(), 3, 3);

        assert_eq!(known.learn(restored), restored);
    }
}
