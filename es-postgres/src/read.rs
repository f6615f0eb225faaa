//! Reading streams and the log, page by page.

use es_core::{Cursor, LogPage, Position, RecordedEvent, StoreError, StreamId, Version};

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};

use crate::columns::bigint;
use crate::error::from_sqlx;
use crate::log_end::LogEnd;
use crate::row;
use crate::session::Session;
use crate::store::PgStore;

impl PgStore {
    /// A page of one stream: one statement, which sees everything that is committed.
    pub(crate) async fn read_stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.read_stream_page_while(stream, cursor, limit, ()).await
    }

    /// As [`read_stream_page`](Self::read_stream_page); `held` is let go of when it is read.
    pub(crate) async fn read_stream_page_while<G: Send + 'static>(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
        held: G,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let rows = self.rows_while(self.stream_query(stream, cursor, limit), held).await?;
        rows.iter().map(|row| row::event_of(row, stream.clone())).collect()
    }

    /// The same on a connection that is held.
    pub(crate) async fn stream_page_on(
        &self,
        connection: &mut PgConnection,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let query = self.stream_query(stream, cursor, limit);
        let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
        rows.iter().map(|row| row::event_of(row, stream.clone())).collect()
    }

    fn stream_query(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Query<'static, Postgres, PgArguments> {
        let (sql, version) = match cursor {
            Cursor::After(version) => (include_str!("../sql/stream_after.sql"), version),
            Cursor::Before(version) => (include_str!("../sql/stream_before.sql"), version),
        };
        self.query(sql)
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(bigint(version.0))
            .bind(i64::from(limit))
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
        let (mut session, end) = self.log_session().await?;
        let events = self.log_events(&mut session, cursor, end.safe, limit).await;
        let events = events.map_err(|error| session.failed(error))?;
        session.end().await?;
        Ok(LogPage::new(end.incarnation, events, end.safe, end.head))
    }

    /// The first statement, and the connection for the second: that of the standby, if the log is read
    /// there.
    pub(crate) async fn log_session(&self) -> Result<(Session, LogEnd), StoreError> {
        if let Some(replica) = &self.log_replica {
            return self.replica_session(replica).await;
        }
        let mut session = self.session().await?;
        let end = self.log_end(&mut session).await.map_err(|error| session.failed(error))?;
        Ok((session, end))
    }

    /// The second statement.
    pub(crate) async fn log_events(
        &self,
        connection: &mut PgConnection,
        cursor: Cursor<Position>,
        safe: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let (sql, position) = match cursor {
            Cursor::After(position) => (include_str!("../sql/log_after.sql"), position),
            Cursor::Before(position) => (include_str!("../sql/log_before.sql"), position),
        };
        self.query(sql)
            .bind(bigint(position.0))
            .bind(bigint(safe.0))
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await
            .map_err(from_sqlx)?
            .iter()
            .map(row::event)
            .collect()
    }
}
