//! Reading streams and the log, page by page.

use std::sync::atomic::Ordering;

use es_core::{
    Cursor, Incarnation, LogPage, Position, RecordedEvent, StoreError, StoreErrorKind, StreamId,
    Version,
};
use sqlx::{PgConnection, Row};

use crate::columns::bigint;
use crate::error::from_sqlx;
use crate::row;
use crate::store::PgStore;

impl PgStore {
    /// A page of one stream: one statement, which sees everything that is committed.
    pub(crate) async fn read_stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let (sql, version) = match cursor {
            Cursor::After(version) => (include_str!("../sql/stream_after.sql"), version),
            Cursor::Before(version) => (include_str!("../sql/stream_before.sql"), version),
        };
        self.query(sql)
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(bigint(version.0))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .map_err(from_sqlx)?
            .iter()
            .map(|row| row::event_of(row, stream.clone()))
            .collect()
    }

    /// A page of the log: up to where it is complete, and then the events.
    ///
    /// Two statements, each with its own snapshot. The second must begin after the first has
    /// answered: its snapshot then holds every append whose positions are at or below `safe`. In
    /// one snapshot it would lack those that committed while the locks were read.
    pub(crate) async fn read_log_page(
        &self,
        cursor: Cursor<Position>,
        limit: u32,
    ) -> Result<LogPage, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
        let end = self.end_of_log(&mut connection).await?;
        let (sql, position) = match cursor {
            Cursor::After(position) => (include_str!("../sql/log_after.sql"), position),
            Cursor::Before(position) => (include_str!("../sql/log_before.sql"), position),
        };
        let events = self
            .query(sql)
            .bind(bigint(position.0))
            .bind(bigint(end.safe.0))
            .bind(i64::from(limit))
            .fetch_all(&mut *connection)
            .await
            .map_err(from_sqlx)?
            .iter()
            .map(row::event)
            .collect::<Result<_, _>>()?;
        Ok(LogPage::new(end.incarnation, events, end.safe, end.head))
    }

    /// Up to where the log is complete. Never goes back: an append that advertises less than was
    /// safe before has seen an old number and will take its positions above the current one.
    ///
    /// # Errors
    ///
    /// On a standby, which has the rows of its primary and not the locks that say what is still to
    /// come; and where the log ends before what was read of it: then it is another one.
    pub(crate) async fn end_of_log(
        &self,
        connection: &mut PgConnection,
    ) -> Result<End, StoreError> {
        // Before the statement: what another reader learns meanwhile may be newer than its answer.
        let known = self.safe.load(Ordering::Acquire);
        let row = self
            .query(include_str!("../sql/safe.sql"))
            .fetch_one(connection)
            .await
            .map_err(from_sqlx)?;
        let log = Log {
            safe: row::unsigned(&row, 0)?,
            head: row::unsigned(&row, 1)?,
            standby: row.try_get(2).map_err(from_sqlx)?,
        };
        let now = log.safe_after(known)?;
        let safe = self.safe.fetch_max(now, Ordering::AcqRel).max(now);
        let incarnation = row.try_get::<uuid::Uuid, _>(3).map_err(from_sqlx)?.into();
        Ok(End { incarnation, safe: Position(safe), head: Position(log.head) })
    }
}

/// How far the log goes, and which one it is.
pub(crate) struct End {
    pub(crate) incarnation: Incarnation,
    /// Up to where it is complete.
    pub(crate) safe: Position,
    pub(crate) head: Position,
}

/// What `safe.sql` found.
struct Log {
    /// Up to where it is complete.
    safe: u64,
    /// Where it ends.
    head: u64,
    /// Whether the server follows another one.
    standby: bool,
}

impl Log {
    /// Up to where the log is complete, for a store that has read it up to `known`.
    fn safe_after(&self, known: u64) -> Result<u64, StoreError> {
        let Self { safe, head, standby } = *self;
        if standby {
            return Err(StoreError::new(
                StoreErrorKind::Unsupported,
                "the log can be read on the primary only: \
                 a standby does not know which appends are under way",
            ));
        }
        if head < known {
            return Err(StoreError::new(
                StoreErrorKind::Corrupt,
                format!(
                    "the log ends at position {head}, and this store has read it up to {known}: the \
                     database was restored or replaced; begin with a new store and new checkpoints"
                ),
            ));
        }
        Ok(safe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standby_does_not_say_what_is_safe() {
        let log = Log { safe: 32, head: 32, standby: true };

        assert_eq!(log.safe_after(0).unwrap_err().kind(), StoreErrorKind::Unsupported);
    }

    #[test]
    fn an_append_under_way_holds_back_what_is_safe_and_not_what_was() {
        let log = Log { safe: 3, head: 9, standby: false };

        assert_eq!(log.safe_after(5).unwrap(), 3);
    }
}
