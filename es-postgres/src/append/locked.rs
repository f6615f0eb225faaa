//! The locked form of an append: wait for the streams first, then check, then write.

use std::sync::Arc;
use std::time::Duration;

use es_core::{Append, AppendError, Appended, Condition, StoreError, StoreErrorKind, StreamAppend};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::append::appender::Appender;
use crate::append::arrays::bigint;
use crate::append::group::Claim;
use crate::append::route::LOCKED_STREAMS;
use crate::append::slices::Slices;
use crate::append::statement::{Failure, Outcome};
use crate::append::tags::TagLocks;
use crate::append::weight::{BATCH, size};
use crate::error::{contended, from_sqlx, is_contention, is_lock_timeout};
use crate::pool::driven::told;
use crate::pool::savepoint::Savepoint;
use crate::requests::LockWait;
use crate::retag::event_tags::Tags;

/// The number of attempts in the locked form. With the locks held no other append of the store is
/// in the way; what remains are deadlocks with transactions of the caller and appends too large to
/// lock.
const ATTEMPTS: u32 = 4;

/// The time that an append waits for a lock without a place among the waiting appends. A short
/// holder of the lock is through by then.
const BRIEFLY: Duration = Duration::from_millis(20);

/// The limit to the time that an attempt waits for each lock.
#[derive(Clone, Copy)]
pub(crate) enum Wait {
    /// A limit of this length. If the service has set a limit itself, that one applies.
    Slice(Duration),
    /// A limit of at most this length, whatever the limit of the service.
    AtMost(Duration),
}

/// The beginning of the transaction, which costs no round trip of its own.
pub(crate) fn begin(wait: Wait) -> AssertSqlSafe<String> {
    let (limit, is_longer) = match wait {
        Wait::Slice(limit) => (limit.as_millis(), String::new()),
        Wait::AtMost(limit) => {
            let limit = limit.as_millis();
            (limit, format!("OR current_setting('lock_timeout')::interval > '{limit}ms'"))
        }
    };
    AssertSqlSafe(format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; \
         SELECT set_config('lock_timeout', '{limit}', true) \
          WHERE current_setting('lock_timeout') = '0' {is_longer}"
    ))
}

/// The experience of an append: it has found one of its locks busy, or none.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Met {
    Nobody,
    Somebody,
}

impl Appender {
    /// Appends under locks, on a task of its own, so that no caller can drop the transaction half
    /// way. It waits for the streams only as long as the caller waits for it; once it has them it
    /// completes, also when the caller has gone. Until then the `claim` keeps other appends of this
    /// process out of its streams.
    pub(crate) async fn append_locked(
        &self,
        append: Arc<Append>,
        claim: Option<Claim>,
        met: Met,
    ) -> Result<Appended, AppendError> {
        if let Some(refusal) = too_many_preconditions(&append) {
            return Err(refusal);
        }
        let (answer, caller) = oneshot::channel();
        let task = self.call_locked(append, claim, met, answer, |done| done);
        told(caller, task).await
    }

    /// Starts a task that appends under locks, and sends the outcome in the form of `as_told`.
    pub(crate) fn call_locked<D: Send + 'static>(
        &self,
        append: Arc<Append>,
        claim: Option<Claim>,
        met: Met,
        mut answer: oneshot::Sender<D>,
        as_told: impl FnOnce(Result<Appended, AppendError>) -> D + Send + 'static,
    ) -> JoinHandle<()> {
        let appender = self.clone();
        let task = async move {
            let attempt = |wait| appender.try_locked(&append, wait);
            let slices = Slices::of(&append);
            let done = appender.when_free(&mut answer, met, slices, attempt).await;
            drop(claim);
            if let Some(done) = done {
                // Nobody may be there to hear it any more; it is done all the same.
                let _ = answer.send(as_told(done));
            }
        };
        tokio::spawn(task.in_current_span())
    }

    /// The outcome of `attempt`, which waits for streams in [slices](crate::append::slices): tried again
    /// when a slice is over, for as long as the receiver of the `answer` exists. `None` if the
    /// caller went away while there was nothing but waiting.
    ///
    /// Appends that wait for a stream share some places, and leave the rest of the pool to the
    /// others. An append that has `met` no other yet does not wait for a place: without a free one
    /// it is tried without one.
    pub(crate) async fn when_free<T, D, A: Future<Output = Result<T, AppendError>>>(
        &self,
        answer: &mut oneshot::Sender<D>,
        met: Met,
        mut slices: Slices,
        attempt: impl Fn(Wait) -> A,
    ) -> Option<Result<T, AppendError>> {
        let mut attempts = 1;
        if met == Met::Nobody && self.waiting.available_permits() == 0 {
            match attempt(Wait::AtMost(BRIEFLY)).await {
                Err(error) if is_contention(&error) => {}
                done => return Some(done),
            }
        }
        loop {
            let _place = tokio::select! {
                place = self.waiting.acquire() => place,
                () = answer.closed() => return None,
            };
            match attempt(Wait::Slice(slices.next())).await {
                Err(error) if is_lock_timeout(&error) && answer.is_closed() => return None,
                Err(error) if is_lock_timeout(&error) => match self.waits_in_slices().await {
                    Ok(true) => {}
                    Ok(false) => return Some(Err(error)),
                    Err(error) => return Some(Err(error.into())),
                },
                Err(error) if is_contention(&error) && attempts < ATTEMPTS => attempts += 1,
                done => return Some(done),
            }
        }
    }

    /// True if the limit to a wait was the store's own. Asked after one has run out, so that only
    /// an append that waits pays for it.
    async fn waits_in_slices(&self) -> Result<bool, StoreError> {
        let mut session = self.database.session().await?;
        let limit = self.database.query("SHOW lock_timeout").fetch_one(&mut *session).await;
        let limit = limit.and_then(|row| row.try_get::<String, _>(0)).map_err(from_sqlx)?;
        session.end().await?;
        Ok(limit == "0")
    }

    async fn try_locked(&self, append: &Append, wait: Wait) -> Result<Appended, AppendError> {
        let mut connection = self.database.connections.take().await?;
        let mut transaction = connection.begin_with(begin(wait)).await.map_err(from_sqlx)?;
        if let Some(request) = append.request() {
            // Nothing is held yet by whoever waits for it.
            self.requests.lock(&mut transaction, &request.key, LockWait::Awaited).await?;
        }
        let locked = self.tags.lock(
            &mut transaction,
            append.parts(),
            TagLocks::of(append),
            append.condition(),
        );
        if let Err(error) = locked.await {
            // Ids count before tags: what is stored was stored before they were asked for.
            let is_known = matches!(error, AppendError::LacksTag(_))
                && self.is_known(&mut transaction, append).await?;
            transaction.rollback().await.map_err(from_sqlx)?;
            drop(connection);
            return if is_known { self.first_answer_anywhere(append).await } else { Err(error) };
        }
        match self.write(&mut transaction, append).await {
            Ok(Outcome::Appended(appended)) => {
                if let Err(error) = self.project_inline(&mut transaction, append, &appended).await {
                    transaction.rollback().await.map_err(from_sqlx)?;
                    return Err(error);
                }
                transaction.commit().await.map_err(from_sqlx)?;
                connection.keep();
                Ok(appended)
            }
            Ok(Outcome::Known) | Err(Failure::EventId(_)) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                drop(connection);
                self.first_answer_anywhere(append).await
            }
            Ok(Outcome::Conflict(conflict)) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                Err(conflict.into())
            }
            Ok(Outcome::Answered(first)) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                Err(AppendError::Answered(first))
            }
            Ok(Outcome::Unforeseen(failed)) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                Err(failed.into())
            }
            Ok(Outcome::WrongTime(error)) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                Err(error)
            }
            Ok(Outcome::Contended) | Err(Failure::Outrun) => {
                transaction.rollback().await.map_err(from_sqlx)?;
                Err(contended(append))
            }
            Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Store(error)) => Err(error.into()),
        }
    }

    /// Checks and writes, once the locks are held, and keeps the answer to the request if there is one.
    async fn write(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        let Some(request) = append.request() else {
            return self.write_events(connection, append).await;
        };
        if let Some(first) = self.requests.find_on(connection, &request.key).await? {
            // Its own answer, if it is sent again: ids count before requests.
            let is_known = self.is_known(connection, append).await?;
            return Ok(if is_known { Outcome::Known } else { Outcome::Answered(Box::new(first)) });
        }
        let outcome = self.write_events(connection, append).await?;
        if let Outcome::Appended(appended) = &outcome {
            self.requests.keep_on(connection, request, appended).await?;
        }
        Ok(outcome)
    }

    async fn write_events(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        if let Some(condition) = append.condition()
            && let Some(failed) = self.unforeseen(connection, condition).await?
        {
            // Its own events, if it is sent again: ids count before conditions.
            let is_known = self.is_known(connection, append).await?;
            return Ok(if is_known { Outcome::Known } else { Outcome::Unforeseen(failed) });
        }
        if size(append) > BATCH {
            self.run_in_chunks(connection, append).await
        } else {
            self.run_locked(connection, append).await
        }
    }

    /// Appends like [`PgStore::append_within`], without its span.
    pub(crate) async fn append_joining(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Appended, AppendError> {
        if !connection.is_in_transaction() {
            return Err(unsupported(
                "append_within needs a transaction that was begun by sqlx, and the connection is in none",
            ));
        }
        if let Some(refusal) = too_many_preconditions(append) {
            return Err(refusal);
        }
        if let Some(request) = append.request()
            && !self.requests.lock(connection, &request.key, LockWait::Tried).await?
        {
            // Not waited for: this transaction may hold streams that the other one waits for.
            return Err(contended(append));
        }
        let locked =
            self.tags.lock(connection, append.parts(), TagLocks::of(append), append.condition());
        if let Err(error) = locked.await {
            let is_known = matches!(error, AppendError::LacksTag(_))
                && self.is_known(connection, append).await?;
            return if is_known { self.first_answer(connection, append).await } else { Err(error) };
        }
        let written = if self.inline.is_empty() {
            self.write(connection, append).await
        } else {
            self.write_and_project(connection, append).await
        };
        match written {
            Ok(Outcome::Appended(appended)) => Ok(appended),
            Ok(Outcome::Known) => self.first_answer(connection, append).await,
            Ok(Outcome::Conflict(conflict)) => Err(conflict.into()),
            Ok(Outcome::Answered(first)) => Err(AppendError::Answered(first)),
            Ok(Outcome::Unforeseen(failed)) => Err(failed.into()),
            Ok(Outcome::Contended) | Err(Failure::Outrun) => Err(contended(append)),
            // The transaction is lost: whatever the id belongs to, this append is not stored.
            Err(Failure::EventId(Some(id))) => Err(AppendError::DuplicateEvent { id }),
            Err(Failure::EventId(None)) => Err(self.taken_id(append).await),
            Ok(Outcome::WrongTime(error)) | Err(Failure::Refused(error)) => Err(error),
            Err(Failure::Store(error)) => Err(error.into()),
        }
    }

    /// Writes the events and hands them to the inline projections, or does neither: if a handler
    /// refuses them, they are not in the caller's transaction, and the search path is the caller's
    /// again.
    async fn write_and_project(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<Outcome, Failure> {
        // A handler's begin that is dropped half way takes two levels with it: both are the
        // append's own.
        let mut outer = Savepoint::begin(connection).await?;
        let mut savepoint = Savepoint::begin(&mut outer).await?;
        let outcome = match self.write(&mut savepoint, append).await {
            Ok(Outcome::Appended(appended)) => {
                match self.project_inline(&mut savepoint, append, &appended).await {
                    Ok(()) => Ok(Outcome::Appended(appended)),
                    Err(refused) => Err(Failure::Refused(refused)),
                }
            }
            other => other,
        };
        if let Ok(Outcome::Appended(_)) = outcome {
            savepoint.release().await?;
            outer.release().await?;
        } else {
            savepoint.rollback().await?;
            outer.rollback().await?;
        }
        outcome
    }
}

impl Tags {
    /// Waits for the locks of all streams and tags, in the order that all appends keep. Then the
    /// tags that events must have are known for the rest of the transaction, and checked.
    pub(crate) async fn lock(
        &self,
        connection: &mut PgConnection,
        parts: &[StreamAppend],
        tags: TagLocks<'_>,
        condition: Option<&Condition>,
    ) -> Result<(), AppendError> {
        let counts = parts.iter().map(|part| bigint(part.events.len() as u64));
        let row = self
            .database
            .query(include_str!("../../sql/lock_streams.sql"))
            .bind(parts.iter().map(|part| part.stream.category().as_str()).collect::<Vec<_>>())
            .bind(parts.iter().map(|part| part.stream.key().as_str()).collect::<Vec<_>>())
            .bind(counts.collect::<Vec<_>>())
            .bind(tags.all)
            .bind(tags.each)
            .bind(tags.exclusive)
            .fetch_one(&mut *connection)
            .await
            .map_err(from_sqlx)?;
        match row.try_get::<&str, _>(0).map_err(from_sqlx)? {
            "read committed" => {}
            other => {
                return Err(unsupported(format!(
                    "an append needs a transaction in READ COMMITTED, and this one is in {}: \
                 it could not see what others appended while it waited for them",
                    other.to_uppercase()
                )));
            }
        }
        let changes = row.try_get(2).map_err(from_sqlx)?;
        let events = parts.iter().flat_map(|part| &part.events);
        self.have_all_tags(connection, changes, events, condition).await
    }
}

/// The error of an append with too many streams that it rests on and does not write to: each costs
/// a lock of the server.
fn too_many_preconditions(append: &Append) -> Option<AppendError> {
    let rests = append.parts().iter().filter(|part| part.events.is_empty()).count();
    (rests > LOCKED_STREAMS).then(|| {
        unsupported(format!(
            "an append can rest on {LOCKED_STREAMS} streams that it does not write to, and this one \
             rests on {rests}"
        ))
    })
}

fn unsupported(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AppendError {
    StoreError::new(StoreErrorKind::Unsupported, why).into()
}
