//! Appends as one statement: checked, locked, numbered and written in a single round trip.

use es_core::{
    AnsweredRequest, Append, AppendError, Appended, ConditionFailed, Conflict, EventId, NewRequest,
    StoreError, StreamAppend, Timestamp,
};
use sqlx::postgres::PgRow;
use sqlx::{Error, PgConnection};

use crate::append::appender::Appender;
use crate::append::arrays::{Columns, instant};
use crate::append::next::Next;
use crate::append::reply::{Answer, Verdict};
use crate::error::{Failed, Violation, from_sqlx, unexpected};
use crate::retag::event_tags::TagChanges;

/// The outcome of one run of the statement.
pub(crate) enum Outcome {
    /// The append is stored, if the transaction commits.
    Appended(Appended),
    /// The append is refused; nothing is locked and nothing written.
    Conflict(Conflict),
    /// Another writer is at one of the streams, or has just been there unseen: nothing is written,
    /// and the verdict is still out.
    Contended,
    /// Some of its ids are in the store: it is stored already, or its ids are taken.
    Known,
    /// The store holds an event that the decision did not know.
    Unforeseen(ConditionFailed),
    /// An imported event has an instant that its stream cannot take.
    WrongTime(AppendError),
    /// The request of the append has its answer already.
    Answered(Box<AnsweredRequest>),
}

/// The failure of a run of the statement.
pub(crate) enum Failure {
    /// The run met another append to the same stream: like [`Outcome::Contended`], but the
    /// transaction is lost.
    Outrun,
    /// An event id is taken; the id, if the server reports it.
    EventId(Option<EventId>),
    /// An inline projection refused the append.
    Refused(AppendError),
    /// Any other failure.
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failed for Failure {
    fn is_stale_plan(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_stale_plan())
    }
}

/// The locks in a run of `append.sql`.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// The statement takes them, and waits for none.
    Unlocked(TagChanges),
    /// One append whose locks this transaction has. The instant is that of its beginning, if a part
    /// of it is stored already.
    Locked(Option<Timestamp>),
}

impl Appender {
    /// Runs the statement once, as its own transaction, for an append that meets no other.
    pub(crate) async fn run_lone(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        let changes = self.tags.event_tags.changes_for(append.parts());
        if let Some(request) = append.request() {
            let answer = self.run_once(connection, Columns::of(append)?, request, changes).await?;
            return Ok(outcome(append, answer)?);
        }
        if let [part] = append.parts()
            && let Some(next) = Next::of(part)
            && let Some(stored) = self.run_next(connection, &next, changes).await?
        {
            return Ok(Outcome::Appended(Appended::new(vec![stored])));
        }
        if append.parts().len() > 1
            && let Some(streams) = self.run_next_parts(connection, append.parts(), changes).await?
        {
            return Ok(Outcome::Appended(Appended::new(streams)));
        }
        let columns = Columns::of(append)?;
        let answer = match append.parts() {
            // The short statement knows no instants but its own.
            [_] if columns.instants.is_empty() => {
                self.run_one(connection, columns, changes).await?
            }
            _ => self.run(connection, columns, Form::Unlocked(changes)).await?,
        };
        Ok(outcome(append, answer)?)
    }

    /// Runs the statement once, under the locks of all streams.
    pub(crate) async fn run_locked(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        let answer = self.run(connection, Columns::of(append)?, Form::Locked(None)).await?;
        Ok(outcome(append, answer)?)
    }

    /// Runs `append.sql`.
    pub(crate) async fn run(
        &self,
        connection: &mut PgConnection,
        columns: Columns<'_>,
        form: Form,
    ) -> Result<Answer, Failure> {
        let parts = columns.counts.len();
        let (changes, since) = match form {
            Form::Unlocked(changes) => (Some(changes), None),
            Form::Locked(since) => (None, since.and_then(instant)),
        };
        let row = self
            .database
            .query(include_str!("../../sql/append.sql"))
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
            .bind(columns.metadata)
            .bind(columns.appends)
            .bind(changes.is_none())
            .bind(since)
            .bind(columns.tags)
            .bind(columns.first_instants)
            .bind(columns.last_instants)
            .bind(columns.instants)
            .bind(changes.map(|changes| changes.0))
            .fetch_one(connection)
            .await;
        read(row, parts)
    }

    /// Runs `append_one.sql` or its twin for events with tags, for one stream.
    async fn run_one(
        &self,
        connection: &mut PgConnection,
        columns: Columns<'_>,
        changes: TagChanges,
    ) -> Result<Answer, Failure> {
        let sql = if columns.tags.is_empty() {
            include_str!("../../sql/append_one.sql")
        } else {
            include_str!("../../sql/append_one_tagged.sql")
        };
        let statement = self
            .database
            .query(sql)
            .bind(columns.categories.first().copied())
            .bind(columns.keys.first().copied())
            .bind(columns.expected.first().copied())
            .bind(columns.ids)
            .bind(columns.names)
            .bind(columns.schema_versions)
            .bind(columns.payloads)
            .bind(columns.metadata);
        let statement =
            if columns.tags.is_empty() { statement } else { statement.bind(columns.tags) };
        let statement = statement.bind(changes.0);
        read(statement.fetch_one(connection).await, 1)
    }
}

impl Appender {
    /// Runs `append_once.sql`, for one stream and the answer to a request.
    async fn run_once(
        &self,
        connection: &mut PgConnection,
        columns: Columns<'_>,
        request: &NewRequest,
        changes: TagChanges,
    ) -> Result<Answer, Failure> {
        let statement = self
            .database
            .query(include_str!("../../sql/append_once.sql"))
            .bind(columns.categories.first().copied())
            .bind(columns.keys.first().copied())
            .bind(columns.expected.first().copied())
            .bind(columns.ids)
            .bind(columns.names)
            .bind(columns.schema_versions)
            .bind(columns.payloads)
            .bind(columns.metadata)
            .bind(columns.tags)
            .bind(changes.0)
            .bind(request.key.scope.as_str())
            .bind(request.key.id.as_str())
            .bind(request.fingerprint.0.cast_signed())
            .bind(request.answer.as_str());
        read(statement.fetch_one(connection).await, 1)
    }
}

fn read(row: Result<PgRow, Error>, parts: usize) -> Result<Answer, Failure> {
    match row {
        Ok(row) => Ok(Answer::read(&row, parts)?),
        Err(error) => Err(failure(error)),
    }
}

pub(crate) fn failure(error: Error) -> Failure {
    match Violation::of(&error) {
        // The locked form finds the answer.
        Some(Violation::Version | Violation::Request) => Failure::Outrun,
        Some(Violation::EventId(id)) => Failure::EventId(id),
        None => Failure::Store(from_sqlx(error)),
    }
}

/// The common outcome of the parts of one append.
fn outcome(append: &Append, mut answer: Answer) -> Result<Outcome, StoreError> {
    let parts = append.parts();
    match answer.verdict(0..parts.len()) {
        Some(Verdict::Stored) => Ok(Outcome::Appended(Appended::new(answer.streams(0, parts)?))),
        Some(Verdict::Busy) => Ok(Outcome::Contended),
        Some(Verdict::Known) => Ok(Outcome::Known),
        Some(Verdict::Conflict) => {
            answer.conflict(0, parts).map(Outcome::Conflict).ok_or_else(without_reason)
        }
        Some(Verdict::TimeGoesBack | Verdict::TimeToCome) | None => {
            wrong_time(parts, &answer).map(Outcome::WrongTime).ok_or_else(without_reason)
        }
    }
}

fn without_reason() -> StoreError {
    unexpected("an append was refused without a reason")
}

/// The error of the first part whose imported events its stream cannot take, if there is one.
pub(crate) fn wrong_time<'a>(
    parts: impl IntoIterator<Item = &'a StreamAppend>,
    answer: &Answer,
) -> Option<AppendError> {
    parts.into_iter().enumerate().find_map(|(nth, part)| {
        let stream = part.stream.clone();
        let first = part.events.first()?.recorded_at?;
        match answer.verdicts.get(nth)? {
            Verdict::TimeGoesBack => {
                Some(AppendError::TimeGoesBack { stream, at: first, last: answer.stamp(nth) })
            }
            Verdict::TimeToCome => {
                let at = part.events.last()?.recorded_at?;
                Some(AppendError::TimeToCome { stream, at })
            }
            _ => None,
        }
    })
}
