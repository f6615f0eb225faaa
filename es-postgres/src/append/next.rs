//! The next event of a stream, or of each of several: what nearly every command appends, by statements that
//! can do nothing else.
//!
//! The statements of [appends](crate::append::statement) carry the steps for new streams, for several events, tags and
//! imported instants, and find out why an append is refused. The server sets each step up for each call,
//! which costs more than to do it. So an append that has one event for each of its streams, for a version
//! above 0, without any of these, goes out in a short statement first. That stores it, or it says nothing,
//! and the long one decides.

use std::collections::HashMap;

use es_core::{
    AppendedStream, ExpectedVersion, NewEvent, Position, StreamAppend, StreamId, Timestamp, Version,
};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::append::appender::Appender;
use crate::append::arrays::{bigint, metadata, schema_version};
use crate::append::statement::{Failure, failure};
use crate::error::from_sqlx;
use crate::retag::event_tags::TagChanges;
use crate::row;

/// A part of an append that the short statements can carry.
pub(crate) struct Next<'a> {
    stream: &'a StreamId,
    after: Version,
    event: &'a NewEvent,
}

impl<'a> Next<'a> {
    /// The part as one of those; `None` for a part that needs more.
    pub(crate) fn of(part: &'a StreamAppend) -> Option<Self> {
        let (ExpectedVersion::Exact(after), [event]) = (part.expected, part.events.as_slice())
        else {
            return None;
        };
        let fits = after > Version::NONE && event.tags.is_empty() && event.recorded_at.is_none();
        fits.then_some(Self { stream: &part.stream, after, event })
    }

    /// The stored stream, from the row with its place.
    fn stored(&self, row: &PgRow) -> Result<AppendedStream, Failure> {
        let position = Position(row::unsigned(row, 0)?);
        let micros = row.try_get(1).map_err(from_sqlx)?;
        let (version, at) = (self.after.plus(1), Timestamp::from_unix_micros(micros));
        Ok(AppendedStream::new(self.stream.clone(), version, vec![position], at))
    }
}

/// Appends to different streams that the short statements can carry.
#[derive(Default)]
pub(crate) struct NextAppends<'a> {
    parts: Vec<Next<'a>>,
    /// The number of the append of each part.
    numbers: Vec<i64>,
    appends: usize,
}

impl<'a> NextAppends<'a> {
    /// Adds the append with these parts; false if one of them needs more.
    pub(crate) fn add(&mut self, parts: &'a [StreamAppend]) -> bool {
        let before = self.parts.len();
        self.parts.extend(parts.iter().map_while(Next::of));
        if self.parts.len() < before + parts.len() {
            self.parts.truncate(before);
            return false;
        }
        self.numbers.resize(self.parts.len(), bigint(self.appends as u64));
        self.appends += 1;
        true
    }

    pub(crate) fn len(&self) -> usize {
        self.appends
    }
}

impl Appender {
    /// Runs `append_next.sql`. `None` if it has no verdict.
    pub(crate) async fn run_next(
        &self,
        connection: &mut PgConnection,
        next: &Next<'_>,
        changes: TagChanges,
    ) -> Result<Option<AppendedStream>, Failure> {
        let Next { stream, after, event } = next;
        let row = self
            .database
            .query(include_str!("../../sql/append_next.sql"))
            .bind(stream.category().as_str())
            .bind(stream.key().as_str())
            .bind(bigint(after.0))
            .bind(event.id.as_uuid())
            .bind(event.event.name.as_str())
            .bind(schema_version(event.event.version.0)?)
            .bind(event.event.payload.as_str())
            .bind(metadata(event)?)
            .bind(changes.0)
            .fetch_optional(connection)
            .await
            .map_err(failure)?;
        row.map(|row| next.stored(&row)).transpose()
    }

    /// Runs `append_next_all.sql` for one append. `None` if it has no verdict.
    pub(crate) async fn run_next_parts(
        &self,
        connection: &mut PgConnection,
        parts: &[StreamAppend],
        changes: TagChanges,
    ) -> Result<Option<Vec<AppendedStream>>, Failure> {
        let mut next = NextAppends::default();
        if !next.add(parts) {
            return Ok(None);
        }
        let stored = self.run_next_appends(connection, &next, changes).await?;
        Ok(stored.into_iter().collect())
    }

    /// Runs `append_next_each.sql`, or `append_next_all.sql` where an append has several streams.
    /// `None` in the place of each part of an append without a verdict.
    pub(crate) async fn run_next_appends(
        &self,
        connection: &mut PgConnection,
        next: &NextAppends<'_>,
        changes: TagChanges,
    ) -> Result<Vec<Option<AppendedStream>>, Failure> {
        let all = &next.parts;
        if let [next] = all.as_slice() {
            return Ok(vec![self.run_next(connection, next, changes).await?]);
        }
        let has_several = next.appends < all.len();
        let sql = if has_several {
            include_str!("../../sql/append_next_all.sql")
        } else {
            include_str!("../../sql/append_next_each.sql")
        };
        let events = || all.iter().map(|next| next.event);
        let versions = events().map(|event| schema_version(event.event.version.0));
        let statement = self
            .database
            .query(sql)
            .bind(all.iter().map(|next| next.stream.category().as_str()).collect::<Vec<_>>())
            .bind(all.iter().map(|next| next.stream.key().as_str()).collect::<Vec<_>>())
            .bind(all.iter().map(|next| bigint(next.after.0)).collect::<Vec<_>>())
            .bind(events().map(|event| event.id.as_uuid()).collect::<Vec<_>>())
            .bind(events().map(|event| event.event.name.as_str()).collect::<Vec<_>>())
            .bind(versions.collect::<Result<Vec<_>, _>>()?)
            .bind(events().map(|event| event.event.payload.as_str()).collect::<Vec<_>>())
            .bind(events().map(metadata).collect::<Result<Vec<_>, _>>()?)
            .bind(changes.0);
        let statement = if has_several { statement.bind(&next.numbers) } else { statement };
        let rows = statement.fetch_all(connection).await.map_err(failure)?;
        let of_event =
            |row: &PgRow| Ok::<_, Failure>(row.try_get::<Uuid, _>(2).map_err(from_sqlx)?);
        let rows: HashMap<_, _> =
            rows.iter().map(|row| Ok((of_event(row)?, row))).collect::<Result<_, Failure>>()?;
        let stored = |next: &Next<'_>| {
            rows.get(&next.event.id.as_uuid()).map(|row| next.stored(row)).transpose()
        };
        all.iter().map(stored).collect()
    }
}
