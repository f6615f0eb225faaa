//! Reading streams and the log, page by page.

use std::sync::atomic::Ordering;

use es_core::{Cursor, LogPage, Position, RecordedEvent, StoreError, StreamId, Version};
use sqlx::PgConnection;

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
        let safe = self.safe(&mut connection).await?;
        let (sql, position) = match cursor {
            Cursor::After(position) => (include_str!("../sql/log_after.sql"), position),
            Cursor::Before(position) => (include_str!("../sql/log_before.sql"), position),
        };
        let events = self
            .query(sql)
            .bind(bigint(position.0))
            .bind(bigint(safe))
            .bind(i64::from(limit))
            .fetch_all(&mut *connection)
            .await
            .map_err(from_sqlx)?
            .iter()
            .map(row::event)
            .collect::<Result<_, _>>()?;
        Ok(LogPage::new(events, Position(safe)))
    }

    /// Up to where the log is complete. Never goes back: an append that advertises less than was
    /// safe before has seen an old number and will take its positions above the current one.
    async fn safe(&self, connection: &mut PgConnection) -> Result<u64, StoreError> {
        let row = self
            .query(include_str!("../sql/safe.sql"))
            .fetch_one(connection)
            .await
            .map_err(from_sqlx)?;
        let now = row::unsigned(&row, 0)?;
        Ok(self.safe.fetch_max(now, Ordering::AcqRel).max(now))
    }
}
