//! Reading the events that match a query, page by page.

use es_core::{EventName, MatchingEvent, Position, Query, QueryPage, StoreError, Tag};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::{PgConnection, Row};

use crate::append::arrays::bigint;
use crate::error::{from_sqlx, unexpected};
use crate::read::reader::Reader;
use crate::row;

impl Reader {
    /// A page of the events that match: the position up to which the log is complete, and then the
    /// events, also those beyond.
    ///
    /// Two statements, each with its own snapshot. The second must begin after the first has
    /// answered: its snapshot then holds every event at or below `safe`.
    pub(crate) async fn read_query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        let mut session = self.database.session().await?;
        let page = self.query_page_on(&mut session, query, after, limit).await;
        let page = page.map_err(|error| session.failed(error))?;
        session.end().await?;
        Ok(page)
    }

    /// The same on a connection in which each statement has its own snapshot.
    pub(crate) async fn query_page_on(
        &self,
        connection: &mut PgConnection,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        let end = self.log_end(connection).await?;
        let sql = if query.items().iter().all(|item| !item.tags().is_empty()) {
            include_str!("../../sql/query_page.sql")
        } else {
            include_str!("../../sql/query_page_by_type.sql")
        };
        let statement = self.database.query(sql).bind(bigint(after.0)).bind(i64::from(limit));
        let rows =
            Items::of(query).bind(statement).fetch_all(connection).await.map_err(from_sqlx)?;
        let events = rows.iter().map(matching).collect::<Result<_, _>>()?;
        Ok(QueryPage::new(events, end.safe))
    }
}

/// A query as arrays: a row for each tag and each type of an item, with the item's number.
#[derive(Default)]
pub(crate) struct Items<'a> {
    tagged: Vec<i64>,
    tags: Vec<&'a str>,
    typed: Vec<i64>,
    types: Vec<&'a str>,
}

impl<'a> Items<'a> {
    pub(crate) fn of(query: &'a Query) -> Self {
        let mut items = Self::default();
        for (nth, item) in (0..).zip(query.items()) {
            items.tagged.extend(item.tags().iter().map(|_| nth));
            items.tags.extend(item.tags().iter().map(Tag::as_str));
            items.typed.extend(item.types().iter().map(|_| nth));
            items.types.extend(item.types().iter().map(EventName::as_str));
        }
        items
    }

    /// Binds the arrays as the last four arguments of a statement.
    pub(crate) fn bind(
        self,
        statement: sqlx::query::Query<'static, Postgres, PgArguments>,
    ) -> sqlx::query::Query<'static, Postgres, PgArguments> {
        statement.bind(self.tagged).bind(self.tags).bind(self.typed).bind(self.types)
    }
}

/// A row of `query_page.sql` or `query_page_by_type.sql`.
fn matching(row: &PgRow) -> Result<MatchingEvent, StoreError> {
    let items = row
        .try_get::<Vec<i64>, _>(10)
        .map_err(from_sqlx)?
        .into_iter()
        .map(usize::try_from)
        .collect::<Result<_, _>>()
        .map_err(|_| unexpected("an item of a query has a negative number"))?;
    Ok(MatchingEvent::new(row::event(row)?, items))
}
