//! An append as one statement: checked, locked, numbered and written in a single round trip.

use es_core::{
    Append, AppendError, Appended, AppendedStream, Conflict, Position, StoreError, Timestamp,
    Version,
};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::columns::Columns;
use crate::error::{Violation, from_sqlx, unexpected};
use crate::row;
use crate::store::PgStore;

/// What one run of the statement came to.
pub(crate) enum Outcome {
    /// Stored, if the transaction commits.
    Appended(Appended),
    /// Refused; nothing is locked and nothing written.
    Conflict(Conflict),
    /// Somebody else is writing to one of the streams, or has just done so unseen: nothing is
    /// written, and the verdict is still out.
    Contended,
}

/// Why a run of the statement failed.
pub(crate) enum Failure {
    /// It ran into another append to the same stream: as [`Outcome::Contended`], but the
    /// transaction is lost.
    Outrun,
    /// An id is taken.
    EventId(Option<es_core::EventId>),
    /// Anything else.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl PgStore {
    /// Runs `append.sql` once, or its twin for one stream, in whatever transaction `connection` is.
    pub(crate) async fn run_append(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        let columns = Columns::of(append)?;
        let query = match append.parts() {
            [part] if !part.events.is_empty() => self
                .query(include_str!("../sql/append_one.sql"))
                .bind(part.stream.category().as_str())
                .bind(part.stream.key().as_str())
                .bind(columns.expected.first().copied())
                .bind(columns.ids)
                .bind(columns.names)
                .bind(columns.schema_versions)
                .bind(columns.payloads)
                .bind(columns.metadata),
            _ => self
                .query(include_str!("../sql/append.sql"))
                .bind(columns.categories)
                .bind(columns.keys)
                .bind(columns.expected)
                .bind(columns.counts)
                .bind(columns.parts)
                .bind(columns.places)
                .bind(columns.ids)
                .bind(columns.names)
                .bind(columns.schema_versions)
                .bind(columns.payloads)
                .bind(columns.metadata),
        };
        let rows =
            query.fetch_all(connection).await.map_err(|error| match Violation::of(&error) {
                Some(Violation::Version) => Failure::Outrun,
                Some(Violation::EventId(id)) => Failure::EventId(id),
                None => Failure::Store(from_sqlx(error)),
            })?;
        Ok(outcome(append, &rows)?)
    }

    /// The answer to an append whose id is taken: the one that the server named, or the first of
    /// the append that is in the store.
    pub(crate) async fn duplicate(
        &self,
        append: &Append,
        named: Option<es_core::EventId>,
    ) -> AppendError {
        if let Some(id) = named {
            return AppendError::DuplicateEvent { id };
        }
        let ids = append
            .parts()
            .iter()
            .flat_map(|part| &part.events)
            .map(|event| event.id.as_uuid())
            .collect::<Vec<_>>();
        match self.known(ids).await {
            Ok(Some(id)) => AppendError::DuplicateEvent { id: id.into() },
            Ok(None) => unexpected("an event id is taken by an event that cannot be seen").into(),
            Err(error) => error.into(),
        }
    }

    /// One of `ids` that is in the store.
    async fn known(&self, ids: Vec<uuid::Uuid>) -> Result<Option<uuid::Uuid>, StoreError> {
        let query = self.query(include_str!("../sql/known_events.sql")).bind(ids);
        let rows = self.rows_of(query).await?;
        rows.first().map(|row| row.try_get(0)).transpose().map_err(from_sqlx)
    }
}

/// Reads the answer: one row per part, in the order of the append.
fn outcome(append: &Append, rows: &[PgRow]) -> Result<Outcome, StoreError> {
    let first = rows
        .first()
        .filter(|_| rows.len() == append.parts().len())
        .ok_or_else(|| unexpected("an append was not answered part by part"))?;
    let accepted = first.try_get::<bool, _>(0).map_err(from_sqlx)?;
    let contended = first.try_get::<bool, _>(1).map_err(from_sqlx)?;
    if contended {
        return Ok(Outcome::Contended);
    }
    if !accepted {
        return conflict(append, rows).map(Outcome::Conflict);
    }
    let streams = append
        .parts()
        .iter()
        .zip(rows)
        .map(|(part, row)| {
            let positions = positions(row)?;
            let version = Version(row::unsigned(row, 2)?).plus(positions.len());
            let recorded_at: Timestamp = row::timestamp(row, 3)?;
            if positions.len() != part.events.len() {
                return Err(unexpected("an append was answered with a part of its events"));
            }
            Ok(AppendedStream::new(part.stream.clone(), version, positions, recorded_at))
        })
        .collect::<Result<_, _>>()?;
    Ok(Outcome::Appended(Appended::new(streams)))
}

fn positions(row: &PgRow) -> Result<Vec<Position>, StoreError> {
    row.try_get::<Vec<i64>, _>(4)
        .map_err(from_sqlx)?
        .into_iter()
        .map(|position| u64::try_from(position).map(Position))
        .collect::<Result<_, _>>()
        .map_err(|_| unexpected("a position is negative"))
}

fn conflict(append: &Append, rows: &[PgRow]) -> Result<Conflict, StoreError> {
    for (part, row) in append.parts().iter().zip(rows) {
        let actual = Version(row::unsigned(row, 2)?);
        if !part.expected.accepts(actual) {
            return Ok(Conflict::new(part.stream.clone(), part.expected, actual));
        }
    }
    Err(unexpected("an append was refused without a reason"))
}
