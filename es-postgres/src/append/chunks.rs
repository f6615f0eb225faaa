//! An append too large for one statement: written in chunks, in one transaction, all or nothing.

use std::ops::Range;

use es_core::{
    Append, Appended, AppendedStream, Conflict, ExpectedVersion, StreamAppend, Timestamp, Version,
};
use sqlx::PgConnection;

use crate::append::appender::Appender;
use crate::append::arrays::Columns;
use crate::append::reply::Verdict;
use crate::append::statement::{Failure, Form, Outcome, wrong_time};
use crate::append::weight::{BATCH_BYTES, BATCH_EVENTS, bytes};
use crate::error::unexpected;
use crate::pool::savepoint::Savepoint;

/// A range of the events of one part.
struct Piece {
    part: usize,
    events: Range<usize>,
}

/// The events of a part that are written so far.
struct Written {
    before: Version,
    stream: AppendedStream,
}

impl Appender {
    /// Writes `append` under the locks of all its streams, each chunk as one checked statement, so
    /// that neither side ever holds more than a batch in memory. COPY would not be faster: the
    /// server's time goes into parsing JSON and keeping indexes.
    ///
    /// The chunks are written within a savepoint: a transaction of the caller keeps no chunk of an
    /// append that is refused, or whose future is dropped.
    pub(crate) async fn run_in_chunks(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        let mut savepoint = Savepoint::begin(connection).await?;
        let parts = append.parts();
        let mut written: Vec<Written> = Vec::with_capacity(parts.len());
        let mut since = None;
        for chunk in chunks(parts) {
            match self.run_chunk(&mut savepoint, parts, &chunk, &mut written, &mut since).await? {
                None => {}
                Some(refused) => {
                    savepoint.rollback().await?;
                    return Ok(refused);
                }
            }
        }
        savepoint.release().await?;
        let streams = written.into_iter().map(|written| written.stream).collect();
        Ok(Outcome::Appended(Appended::new(streams)))
    }

    /// Writes one chunk. Returns the refusal of the append if this chunk shows it.
    async fn run_chunk(
        &self,
        connection: &mut PgConnection,
        parts: &[StreamAppend],
        chunk: &[Piece],
        written: &mut Vec<Written>,
        since: &mut Option<Timestamp>,
    ) -> Result<Option<Outcome>, Failure> {
        let pieces = || chunk.iter().filter_map(|piece| Some((piece, parts.get(piece.part)?)));
        let mut columns = Columns::with_capacity(chunk.len(), BATCH_EVENTS);
        for (piece, part) in pieces() {
            // What stands there of this append itself is what a later piece must find.
            let expected = match written.get(piece.part) {
                Some(begun) => ExpectedVersion::Exact(begun.stream.version),
                None => part.expected,
            };
            columns.part(&part.stream, expected);
            for new in part.events.get(piece.events.clone()).unwrap_or_default() {
                columns.event(new)?;
            }
        }
        let mut answer = self.run(connection, columns, Form::Locked(*since)).await?;
        if answer.verdicts.contains(&Verdict::Known) {
            return Ok(Some(Outcome::Known));
        }
        for (nth, (piece, part)) in pieces().enumerate() {
            let refused = answer.verdicts.get(nth) == Some(&Verdict::Conflict);
            if refused && written.get(piece.part).is_none() {
                let actual = answer.actual(nth);
                let conflict = Conflict::new(part.stream.clone(), part.expected, actual);
                return Ok(Some(Outcome::Conflict(conflict)));
            }
        }
        if let Some(error) = wrong_time(pieces().map(|(_, part)| part), &answer) {
            return Ok(Some(Outcome::WrongTime(error)));
        }
        if answer.verdicts.iter().any(|verdict| *verdict != Verdict::Stored) {
            return Ok(Some(Outcome::Contended));
        }
        since.get_or_insert(answer.stored_at().ok_or_else(|| unexpected("a chunk is empty"))?);
        for (nth, (piece, part)) in pieces().enumerate() {
            let positions = answer.next_positions(piece.events.len())?;
            if let Some(begun) = written.get_mut(piece.part) {
                begun.stream.recorded_at = answer.stamp(nth);
                begun.stream.positions.extend(positions);
                begun.stream.version = begun.before.plus(begun.stream.positions.len());
                continue;
            }
            let before = answer.actual(nth);
            let version = before.plus(positions.len());
            let stamp = answer.stamp(nth);
            let stream = AppendedStream::new(part.stream.clone(), version, positions, stamp);
            written.push(Written { before, stream });
        }
        Ok(None)
    }
}

/// The parts in their order, cut where a statement is full.
fn chunks(parts: &[StreamAppend]) -> Vec<Vec<Piece>> {
    let mut chunks = vec![Vec::new()];
    let (mut events, mut size) = (0, 0);
    for (nth, part) in parts.iter().enumerate() {
        let mut begun = 0;
        for (place, event) in part.events.iter().enumerate() {
            let bytes = bytes(event);
            if events > 0 && (events == BATCH_EVENTS || size + bytes > BATCH_BYTES) {
                if begun < place {
                    push(&mut chunks, Piece { part: nth, events: begun..place });
                }
                chunks.push(Vec::new());
                (begun, events, size) = (place, 0, 0);
            }
            (events, size) = (events + 1, size + bytes);
        }
        let rest = Piece { part: nth, events: begun..part.events.len() };
        if !rest.events.is_empty() || part.events.is_empty() {
            push(&mut chunks, rest);
        }
    }
    chunks
}

fn push(chunks: &mut [Vec<Piece>], piece: Piece) {
    if let Some(last) = chunks.last_mut() {
        last.push(piece);
    }
}
