//! Reading streams and the log, page by page.

use es_core::{Cursor, LogPage, Position, RecordedEvent, StoreError, StreamId, Version};

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
        let query = self
            .query(sql)
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(bigint(version.0))
            .bind(i64::from(limit));
        let rows = self.rows_of(query).await?;
        rows.iter().map(|row| row::event_of(row, stream.clone())).collect()
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
        let mut session = self.session().await?;
        let end = self.log_end(&mut session).await?;
        let (sql, position) = match cursor {
            Cursor::After(position) => (include_str!("../sql/log_after.sql"), position),
            Cursor::Before(position) => (include_str!("../sql/log_before.sql"), position),
        };
        let rows = self
            .query(sql)
            .bind(bigint(position.0))
            .bind(bigint(end.safe.0))
            .bind(i64::from(limit))
            .fetch_all(&mut *session)
            .await
            .map_err(from_sqlx)?;
        session.end().await?;
        let events = rows.iter().map(row::event).collect::<Result<_, _>>()?;
        Ok(LogPage::new(end.incarnation, events, end.safe, end.head))
    }
}
