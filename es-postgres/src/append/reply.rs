//! The results of the append statements.

use std::mem::take;
use std::ops::Range;

use es_core::{
    AppendedStream, Conflict, Position, StoreError, StoreErrorKind, StreamAppend, StreamId,
    Timestamp, Version,
};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::{from_sqlx, unexpected};

/// The verdict on one part. Of an append with several parts the greatest stands for all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// The part is stored, if the transaction commits.
    Stored,
    /// Another writer is at the stream, or was just there unseen: the verdict is still out.
    Busy,
    /// An imported event has an instant that the server's clock has not reached.
    TimeToCome,
    /// An imported event is older than the last one of the stream.
    TimeGoesBack,
    /// The stream is at another version.
    Conflict,
    /// An id is in the store already.
    Known,
}

/// The row of arrays: the first three with an entry per part, the last with one per stored event.
#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) verdicts: Vec<Verdict>,
    versions: Vec<Version>,
    stamps: Vec<Timestamp>,
    positions: Vec<Position>,
    /// The number of positions handed on so far.
    taken: usize,
}

impl Answer {
    /// Reads the answer to a statement of `parts` parts.
    pub(crate) fn read(row: &PgRow, parts: usize) -> Result<Self, StoreError> {
        let answer = Self {
            verdicts: numbers::<i32>(row, 0)?.into_iter().map(verdict).collect::<Result<_, _>>()?,
            versions: numbers::<i64>(row, 1)?.into_iter().map(version).collect::<Result<_, _>>()?,
            stamps: row
                .try_get::<Vec<Option<i64>>, _>(2)
                .map_err(from_sqlx)?
                .into_iter()
                .map(|micros| Timestamp::from_unix_micros(micros.unwrap_or(0)))
                .collect(),
            positions: row
                .try_get::<Option<Vec<i64>>, _>(3)
                .map_err(from_sqlx)?
                .unwrap_or_default()
                .into_iter()
                .map(|position| unsigned(position).map(Position))
                .collect::<Result<_, _>>()?,
            taken: 0,
        };
        let complete = [answer.verdicts.len(), answer.versions.len(), answer.stamps.len()];
        if complete == [parts; 3] {
            Ok(answer)
        } else {
            Err(unexpected("an append was not answered part by part"))
        }
    }

    /// The answer to all of these parts, each with its number of events, if some are stored by
    /// another statement: this is the answer to the others.
    pub(crate) fn with_stored(
        mut self,
        parts: impl IntoIterator<Item = (Option<AppendedStream>, usize)>,
    ) -> Result<Self, StoreError> {
        let mut all = Self::default();
        let (verdicts, versions) = (take(&mut self.verdicts), take(&mut self.versions));
        let stamps = take(&mut self.stamps);
        let mut others = verdicts.into_iter().zip(versions).zip(stamps);
        for (stored, events) in parts {
            if let Some(stored) = stored {
                all.verdicts.push(Verdict::Stored);
                all.versions.push(stored.version_before());
                all.stamps.push(stored.recorded_at);
                all.positions.extend(stored.positions);
            } else if let Some(((verdict, version), stamp)) = others.next() {
                all.verdicts.push(verdict);
                all.versions.push(version);
                all.stamps.push(stamp);
                let events = if verdict == Verdict::Stored { events } else { 0 };
                all.positions.extend(self.next_positions(events)?);
            }
        }
        Ok(all)
    }

    /// The verdict on the append with these parts.
    pub(crate) fn verdict(&self, parts: Range<usize>) -> Option<Verdict> {
        self.verdicts.get(parts)?.iter().max().copied()
    }

    /// The conflict of an append, the first of whose parts has this number.
    pub(crate) fn conflict(&self, first: usize, parts: &[StreamAppend]) -> Option<Conflict> {
        let verdicts = self.verdicts.get(first..)?.iter().zip(parts).enumerate();
        let mut refused = verdicts.filter(|(_, (verdict, _))| **verdict == Verdict::Conflict);
        let (nth, (_, part)) = refused.next()?;
        Some(Conflict::new(part.stream.clone(), part.expected, self.actual(first + nth)))
    }

    /// The version that the stream of a part was at.
    pub(crate) fn actual(&self, part: usize) -> Version {
        self.versions.get(part).copied().unwrap_or_default()
    }

    /// The instant of the first part that has one.
    pub(crate) fn stored_at(&self) -> Option<Timestamp> {
        self.stamps.iter().min().copied()
    }

    /// The instant of a part.
    pub(crate) fn stamp(&self, part: usize) -> Timestamp {
        self.stamps.get(part).copied().unwrap_or(Timestamp::from_unix_micros(0))
    }

    /// The positions of the next `events` events: they stand in the order in which the events were
    /// given, without those that were not stored.
    pub(crate) fn next_positions(&mut self, events: usize) -> Result<Vec<Position>, StoreError> {
        let positions = self
            .positions
            .get(self.taken..self.taken + events)
            .ok_or_else(|| unexpected("an append was answered with a part of its events"))?;
        self.taken += events;
        Ok(positions.to_vec())
    }

    /// The streams of an append with their new versions and positions; the first of its parts has this
    /// number. The events were given part by part, and all are stored. What is asked for next of the same
    /// parts follows from it.
    pub(crate) fn streams(
        &mut self,
        first: usize,
        parts: &[StreamAppend],
    ) -> Result<Vec<AppendedStream>, StoreError> {
        parts
            .iter()
            .enumerate()
            .map(|(nth, part)| self.stream(first + nth, &part.stream, part.events.len()))
            .collect()
    }

    fn stream(
        &mut self,
        part: usize,
        stream: &StreamId,
        events: usize,
    ) -> Result<AppendedStream, StoreError> {
        let positions = self.next_positions(events)?;
        let version = self.actual(part).plus(events);
        if let Some(actual) = self.versions.get_mut(part) {
            *actual = version;
        }
        Ok(AppendedStream::new(stream.clone(), version, positions, self.stamp(part)))
    }
}

fn numbers<T>(row: &PgRow, column: usize) -> Result<Vec<T>, StoreError>
where
    Vec<T>: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(column).map_err(from_sqlx)
}

fn verdict(code: i32) -> Result<Verdict, StoreError> {
    match code {
        0 => Ok(Verdict::Stored),
        1 => Ok(Verdict::Conflict),
        2 => Ok(Verdict::Busy),
        3 => Ok(Verdict::Known),
        4 => Ok(Verdict::TimeGoesBack),
        5 => Ok(Verdict::TimeToCome),
        _ => Err(unexpected("an append was answered with an unknown verdict")),
    }
}

fn version(number: i64) -> Result<Version, StoreError> {
    unsigned(number).map(Version)
}

fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| {
        StoreError::new(StoreErrorKind::Corrupt, "a version or a position is negative")
    })
}
