//! Reading a part of the log, a bounded piece of it at a time.
//!
//! Attributes without an index are searched for: types and categories event by event, in a window
//! of the log. So a statement costs at most a window, however rare the requested events are, and
//! returns how far it has searched.

use es_core::{
    Cursor, EventName, Position, RecordedEvent, Scope, SelectedPage, Selection, StoreError,
    StreamId, Tag, Transformation,
};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::query::Query;
use sqlx::{PgConnection, Row};

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::read::reader::Reader;
use crate::row;

/// The minimum number of events that a statement looks at; it looks at [`PER_EVENT`] for each
/// requested one.
const WINDOW: u64 = 10_000;

/// The number of events to look at for each requested one.
const PER_EVENT: u64 = 20;

/// The piece of the log to search, and the maximum number of events.
#[derive(Clone, Copy)]
struct Piece {
    after: Position,
    safe: Position,
    limit: u32,
}

/// The events found, in the order of the log, and the position up to which it was searched.
struct Found {
    events: Vec<RecordedEvent>,
    through: Position,
}

impl Reader {
    /// A page of a part of the log: first the position up to which the log is complete, then the
    /// events, as [`read_log_page`](Self::read_log_page) does.
    pub(crate) async fn read_selected_page(
        &self,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Result<SelectedPage, StoreError> {
        let (mut session, end) = self.log_session().await?;
        let piece = Piece { after, safe: end.safe, limit };
        let Found { mut events, through } = if limit == 0 || end.safe <= after {
            let through = if limit == 0 { after } else { end.safe.max(after) };
            Found { events: Vec::new(), through }
        } else {
            let found = self.selected(&mut session, selection, piece).await;
            found.map_err(|error| session.failed(error))?
        };
        session.end().await?;
        // Only events that carry the tags were found.
        let tags = match selection.scope() {
            Scope::Tags(tags) => tags.as_slice(),
            _ => &[],
        };
        events.retain(|event| selection.has(event, tags));
        Ok(SelectedPage::new(end.incarnation, events, through, end.safe, end.head))
    }

    async fn selected(
        &self,
        connection: &mut PgConnection,
        selection: &Selection,
        piece: Piece,
    ) -> Result<Found, StoreError> {
        let types = types(selection);
        match selection.scope() {
            Scope::Category(category) => {
                let until = piece.until();
                let statement = self
                    .database
                    .query(include_str!("../../sql/select_category.sql"))
                    .bind(bigint(piece.after.0))
                    .bind(bigint(until.0))
                    .bind(category.as_str())
                    .bind(types)
                    .bind(i64::from(piece.limit));
                let rows = statement.fetch_all(connection).await.map_err(from_sqlx)?;
                Ok(piece.found(row::events(&rows)?, until))
            }
            Scope::Stream(stream) => {
                let statement = self.select_stream(stream, types, piece);
                let rows = statement.fetch_all(connection).await.map_err(from_sqlx)?;
                piece.found_through(&rows)
            }
            Scope::Tags(tags) => {
                let statement = self.select_tags(tags, types, piece);
                let rows = statement.fetch_all(connection).await.map_err(from_sqlx)?;
                piece.found_through(&rows)
            }
            // The whole log, and whatever scope may come: `Selection::has` has the last word.
            _ => self.select_log(connection, types, piece).await,
        }
    }

    async fn select_log(
        &self,
        connection: &mut PgConnection,
        types: Option<Vec<&str>>,
        piece: Piece,
    ) -> Result<Found, StoreError> {
        let Some(types) = types else {
            let cursor = Cursor::After(piece.after);
            let events = self.log_events(connection, cursor, piece.safe, piece.limit).await?;
            return Ok(piece.found(events, piece.safe));
        };
        let until = piece.until();
        let statement = self
            .database
            .query(include_str!("../../sql/select_log.sql"))
            .bind(bigint(piece.after.0))
            .bind(bigint(until.0))
            .bind(types)
            .bind(i64::from(piece.limit));
        let rows = statement.fetch_all(connection).await.map_err(from_sqlx)?;
        Ok(piece.found(row::events(&rows)?, until))
    }

    fn select_stream<'a>(
        &self,
        stream: &'a StreamId,
        types: Option<Vec<&'a str>>,
        piece: Piece,
    ) -> Query<'static, Postgres, PgArguments> {
        let window = if types.is_some() { piece.window() } else { piece.limit.into() };
        self.database
            .query(include_str!("../../sql/select_stream.sql"))
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(bigint(piece.after.0))
            .bind(bigint(piece.safe.0))
            .bind(types)
            .bind(bigint(window))
            .bind(i64::from(piece.limit))
    }

    fn select_tags<'a>(
        &self,
        tags: &'a [Tag],
        types: Option<Vec<&'a str>>,
        piece: Piece,
    ) -> Query<'static, Postgres, PgArguments> {
        let mut tags = tags.iter().map(Tag::as_str).collect::<Vec<_>>();
        tags.sort_unstable();
        tags.dedup();
        let looks = types.is_some() || tags.len() > 1;
        let window = if looks { piece.window() } else { piece.limit.into() };
        self.database
            .query(include_str!("../../sql/select_tags.sql"))
            .bind(bigint(piece.after.0))
            .bind(bigint(piece.safe.0))
            .bind(tags)
            .bind(types)
            .bind(bigint(window))
            .bind(i64::from(piece.limit))
    }
}

impl Piece {
    fn window(self) -> u64 {
        WINDOW.max(u64::from(self.limit) * PER_EVENT)
    }

    /// The end of a window of the log. Positions may have gaps, so the window may contain fewer
    /// events.
    fn until(self) -> Position {
        Position(self.after.0.saturating_add(self.window())).min(self.safe)
    }

    /// The result of a search up to `until`. If there are as many events as were requested, the
    /// statement went no further than the last of them.
    fn found(self, events: Vec<RecordedEvent>, until: Position) -> Found {
        let is_full = events.len() >= self.limit as usize;
        let last = events.last().map(|last| last.position).filter(|_| is_full);
        Found { through: last.unwrap_or(until), events }
    }

    /// The result like that of [`found`](Self::found), where the rows contain the position up to
    /// which the log was searched.
    fn found_through(self, rows: &[PgRow]) -> Result<Found, StoreError> {
        let until = match rows.first() {
            Some(row) => Position(row::unsigned(row, 10)?),
            None => self.after,
        };
        let is_there = |row: &&PgRow| row.try_get::<Option<i64>, _>(0).is_ok_and(|at| at.is_some());
        let events = row::events(rows.iter().filter(is_there))?;
        Ok(self.found(events, until))
    }
}

/// The requested types, and with them that of transformation records, which are always included;
/// `None` for all types.
fn types(selection: &Selection) -> Option<Vec<&str>> {
    let types = selection.types();
    let records = std::iter::once(Transformation::NAME);
    (!types.is_empty()).then(|| types.iter().map(EventName::as_str).chain(records).collect())
}
