//! Reading streams and the log, page by page.

use es_core::{Cursor, LogPage, Position, RecordedEvent, StoreError, StreamId, Version};

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::pool::session::Session;
use crate::read::reader::Reader;
use crate::read::safe_position::LogEnd;
use crate::read::stream_row::StreamRow;
use crate::row::{self, Names};

const BEFORE: &str = include_str!("../../sql/stream_before.sql");

impl Reader {
    /// A page of one stream upwards: one statement, which sees everything that is committed. `held`
    /// is dropped when it is read.
    pub(crate) async fn read_after<R: StreamRow, G: Send + 'static>(
        &self,
        stream: &StreamId,
        after: Version,
        limit: u32,
        held: G,
    ) -> Result<Vec<R>, StoreError> {
        let rows =
            self.database.rows_while(self.page_query(R::AFTER, stream, after, limit), held).await?;
        page_of(&rows, stream)
    }

    /// A page of one stream downwards.
    pub(crate) async fn read_before(
        &self,
        stream: &StreamId,
        before: Version,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let rows = self.database.rows_of(self.page_query(BEFORE, stream, before, limit)).await?;
        page_of(&rows, stream)
    }

    /// A page of one stream on a connection that is held.
    pub(crate) async fn stream_page_on(
        &self,
        connection: &mut PgConnection,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let query = match cursor {
            Cursor::After(after) => self.page_query(RecordedEvent::AFTER, stream, after, limit),
            Cursor::Before(before) => self.page_query(BEFORE, stream, before, limit),
        };
        let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
        page_of(&rows, stream)
    }

    fn page_query(
        &self,
        sql: &'static str,
        stream: &StreamId,
        version: Version,
        limit: u32,
    ) -> Query<'static, Postgres, PgArguments> {
        self.database
            .query(sql)
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(bigint(version.0))
            .bind(i64::from(limit))
    }

    /// A page of the log: the position up to which it is complete, and then the events.
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

    /// Runs the first statement and returns the connection for the second: that of the standby, if
    /// the log is read there.
    pub(crate) async fn log_session(&self) -> Result<(Session, LogEnd), StoreError> {
        if let Some(replica) = &self.log_replica {
            return self.replica_session(replica).await;
        }
        let mut session = self.database.session().await?;
        let end = self.log_end(&mut session).await.map_err(|error| session.failed(error))?;
        Ok((session, end))
    }

    /// Runs the second statement.
    pub(crate) async fn log_events(
        &self,
        connection: &mut PgConnection,
        cursor: Cursor<Position>,
        safe: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        let (sql, position) = match cursor {
            Cursor::After(position) => (include_str!("../../sql/log_after.sql"), position),
            Cursor::Before(position) => (include_str!("../../sql/log_before.sql"), position),
        };
        let query = self.database.query(sql).bind(bigint(position.0)).bind(bigint(safe.0));
        let rows = query.bind(i64::from(limit)).fetch_all(connection).await.map_err(from_sqlx)?;
        row::events(&rows)
    }
}

fn page_of<R: StreamRow>(rows: &[PgRow], stream: &StreamId) -> Result<Vec<R>, StoreError> {
    let mut names = Names::default();
    // Of a `Result` it is not known how many it will be: a page would be copied as it grows.
    let mut page = Vec::with_capacity(rows.len());
    for row in rows {
        page.push(R::of(row, stream, &mut names)?);
    }
    Ok(page)
}
