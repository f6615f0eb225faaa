//! Locks of appends: a transaction that holds the locks of some streams and tags.
//!
//! PostgreSQL hands an advisory lock to those who wait in the order in which they came, so waiting
//! for it is the turn, between tasks and between processes. Whoever has it reads what is committed,
//! on the same connection, decides and appends:
//!
//! ```text
//! process A   ├ locks ─ reads, decides, appends, commits ┤
//! process B      ├ waits ─────────────────────────────── locks ─ reads what A wrote, decides … ┤
//! ```
//!
//! The transaction belongs to a task, and whoever has the lock asks it. So a future that is dropped
//! or kept leaves nothing half done, and a lock that is not used is over after a moment. The server
//! ends the transaction of a process that stands still.

use std::time::Duration;

use es_core::{
    Append, AppendError, AppendLock, Appended, Cursor, Fingerprint, Locked, LockedStore, Position,
    Query, QueryPage, RecordedEvent, SnapshotPage, StoreError, StoreErrorKind, StreamId, Version,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::{SemaphorePermit, mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};
use tracing::{Instrument, Span};

use crate::append::appender::Appender;
use crate::append::slices::Slices;
use crate::append::tags::TagLocks;
use crate::error::{from_sqlx, store_error};
use crate::pool::driven::told;
use crate::pool::warm_pool::Held;
use crate::read::reader::Reader;
use crate::spans;

/// The time after which an unused lock expires.
const UNUSED: Duration = Duration::from_secs(2);

/// The first statement of the transaction, whose locks may take `slice` in all: `lock_timeout`
/// would count for each of them. Shorter limits that the service has set itself take precedence.
fn opening(slice: Duration) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; \
         SELECT set_config('event_store.statement_timeout', current_setting('statement_timeout'), true); \
         SELECT set_config('statement_timeout', '{slice}', true) \
          WHERE current_setting('statement_timeout') = '0' \
             OR current_setting('statement_timeout')::interval > '{slice}ms'; \
         SELECT set_config('idle_in_transaction_session_timeout', '{idle}', true) \
          WHERE current_setting('idle_in_transaction_session_timeout') = '0'",
        slice = slice.as_millis().max(1),
        idle = (2 * UNUSED).as_millis(),
    )
}

/// Limits the wait for further locks to a moment while the append locks are held: the holder of
/// another lock may wait for the locks held here. The statements take as long as the service lets
/// them.
const BRIEFLY: &str = "SELECT set_config('lock_timeout', '100', true), \
                              set_config('statement_timeout', \
                                         current_setting('event_store.statement_timeout'), true)";

/// The caller's side of the lock.
struct PgAppendLock {
    asks: mpsc::UnboundedSender<Ask>,
}

type Reply<T> = oneshot::Sender<T>;

/// A call through the lock.
enum Ask {
    Stream(StreamId, Cursor<Version>, u32, Reply<Result<Vec<RecordedEvent>, StoreError>>),
    Snapshot(StreamId, Fingerprint, Version, u32, Reply<Result<SnapshotPage, StoreError>>),
    Query(Query, Position, u32, Reply<Result<QueryPage, StoreError>>),
    Append(Append, Span, Reply<Result<Appended, AppendError>>),
}

type Caller = oneshot::Sender<Result<AppendLock, StoreError>>;

impl Appender {
    /// Requests the lock for an append like `draft`; a task waits for it.
    pub(crate) async fn lock_for(
        &self,
        reader: &Reader,
        draft: &Append,
        wait: Duration,
    ) -> Result<AppendLock, StoreError> {
        let (caller, answer) = oneshot::channel();
        let (appender, reader, draft) = (self.clone(), reader.clone(), draft.clone());
        let hold = async move { appender.hold(&reader, &draft, wait, caller).await };
        told(answer, tokio::spawn(hold.in_current_span())).await
    }

    /// Waits in [slices](crate::append::slices) for as long as the caller listens, and until the time is
    /// up.
    async fn hold(&self, reader: &Reader, draft: &Append, wait: Duration, mut caller: Caller) {
        let until = Instant::now() + wait;
        let mut slices = Slices::new();
        let refused = loop {
            // Those who wait for a stream leave the rest of the pool to the others.
            let taken = tokio::select! {
                biased;
                () = caller.closed() => return,
                taken = timeout_at(until, self.take_place()) => taken,
            };
            let (_place, connection) = match taken {
                Ok(Ok(taken)) => taken,
                Ok(Err(error)) => break error,
                Err(_) => break no_turn(),
            };
            let began = Instant::now();
            let left = until.saturating_duration_since(began);
            let slice = slices.next().min(left);
            let error = match self.hold_on(reader, draft, slice, connection, caller).await {
                Ok(()) => return,
                Err((back, error)) => {
                    caller = back;
                    error
                }
            };
            // A limit of the service's own is shorter than the slice.
            let is_over = began.elapsed().as_millis() >= slice.as_millis();
            if !is_over || error.kind() != StoreErrorKind::StatementTimeout {
                break error;
            }
            if slice == left {
                break no_turn();
            }
        };
        // Whoever does not listen any more has gone.
        let _ = caller.send(Err(refused));
    }

    async fn take_place(&self) -> Result<(SemaphorePermit<'_>, Held), StoreError> {
        let place = self.waiting.acquire().await;
        let place = place.map_err(|closed| StoreError::new(StoreErrorKind::Other, closed))?;
        Ok((place, self.database.connections.take().await?))
    }

    /// Takes the locks and serves the caller until the transaction ends. An error is one of the
    /// locking, and the caller has not been told of it yet.
    async fn hold_on(
        &self,
        reader: &Reader,
        draft: &Append,
        slice: Duration,
        mut connection: Held,
        caller: Caller,
    ) -> Result<(), (Caller, StoreError)> {
        let mut transaction = match connection.begin_with(AssertSqlSafe(opening(slice))).await {
            Ok(transaction) => transaction,
            Err(error) => return Err((caller, from_sqlx(error))),
        };
        if let Err(error) = self.lock_draft(&mut transaction, draft).await {
            // In this order: the caller may ask for a connection at once.
            drop(transaction.rollback().await);
            drop(connection);
            return Err((caller, error));
        }
        let (asks, asked) = mpsc::unbounded_channel();
        if caller.send(Ok(AppendLock::new(PgAppendLock { asks }))).is_err() {
            drop(transaction.rollback().await);
            return Ok(());
        }
        let Some((append, span, reply)) = read_until_append(reader, &mut transaction, asked).await
        else {
            if transaction.rollback().await.is_ok() {
                connection.keep();
            }
            return Ok(());
        };
        let written = self.append_joining(&mut transaction, &append).instrument(span.clone()).await;
        let done = match written {
            Ok(appended) => match transaction.commit().await {
                Ok(()) => {
                    connection.keep();
                    Ok(appended)
                }
                Err(error) => Err(from_sqlx(error).into()),
            },
            Err(error) => {
                if transaction.rollback().await.is_ok() {
                    connection.keep();
                }
                Err(error)
            }
        };
        if let Ok(Some(position)) = done.as_ref().map(Appended::position) {
            span.record("es.global_position", position.0);
            self.tail.tell_growth(position);
        }
        // It is done, whether or not anybody listens.
        let _ = reply.send(done);
        Ok(())
    }

    async fn lock_draft(
        &self,
        transaction: &mut PgConnection,
        draft: &Append,
    ) -> Result<(), StoreError> {
        let locked = self
            .tags
            .lock(transaction, draft.parts(), TagLocks::of(draft), draft.condition())
            .await;
        locked.map_err(store_error)?;
        self.database.query(BRIEFLY).execute(transaction).await.map_err(from_sqlx)?;
        Ok(())
    }
}

/// Answers the caller's reads until there is an append. `None` if the lock was given back or
/// not used, or if a read failed and with it the transaction.
async fn read_until_append(
    reader: &Reader,
    connection: &mut PgConnection,
    mut asked: mpsc::UnboundedReceiver<Ask>,
) -> Option<(Append, Span, Reply<Result<Appended, AppendError>>)> {
    loop {
        let has_failed = match timeout(UNUSED, asked.recv()).await.ok()?? {
            Ask::Append(append, span, reply) => return Some((append, span, reply)),
            Ask::Stream(stream, cursor, limit, reply) => {
                let page = reader.stream_page_on(connection, &stream, cursor, limit).await;
                answered(page, reply)
            }
            Ask::Snapshot(stream, shape, at_most, limit, reply) => {
                let page =
                    reader.snapshot_page_on(connection, &stream, shape, at_most, limit).await;
                answered(page, reply)
            }
            Ask::Query(query, after, limit, reply) => {
                let page = reader.query_page_on(connection, &query, after, limit).await;
                answered(page, reply)
            }
        };
        if has_failed {
            return None;
        }
    }
}

/// True if the page that it hands to the caller is a failure.
fn answered<T>(page: Result<T, StoreError>, reply: Reply<Result<T, StoreError>>) -> bool {
    let has_failed = page.is_err();
    // Whoever does not listen any more has gone.
    let _ = reply.send(page);
    has_failed
}

impl PgAppendLock {
    async fn ask<T>(&self, ask: impl FnOnce(Reply<T>) -> Ask) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(ask(reply)).map_err(|_| is_over())?;
        answer.await.map_err(|_| is_over())
    }
}

impl LockedStore for PgAppendLock {
    fn append(&self, append: Append) -> Locked<'_, Result<Appended, AppendError>> {
        let span = spans::append(&append);
        Box::pin(async move { self.ask(|reply| Ask::Append(append, span, reply)).await? })
    }

    fn stream_page<'a>(
        &'a self,
        stream: &'a StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Locked<'a, Result<Vec<RecordedEvent>, StoreError>> {
        Box::pin(async move {
            self.ask(|reply| Ask::Stream(stream.clone(), cursor, limit, reply)).await?
        })
    }

    fn query_page<'a>(
        &'a self,
        query: &'a Query,
        after: Position,
        limit: u32,
    ) -> Locked<'a, Result<QueryPage, StoreError>> {
        Box::pin(
            async move { self.ask(|reply| Ask::Query(query.clone(), after, limit, reply)).await? },
        )
    }

    fn snapshot_page<'a>(
        &'a self,
        stream: &'a StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Locked<'a, Result<SnapshotPage, StoreError>> {
        Box::pin(async move {
            self.ask(|reply| Ask::Snapshot(stream.clone(), shape, at_most, limit, reply)).await?
        })
    }
}

fn no_turn() -> StoreError {
    StoreError::new(
        StoreErrorKind::Contention,
        "there was no turn to be had at the streams of the append in the time given",
    )
}

fn is_over() -> StoreError {
    StoreError::new(
        StoreErrorKind::Contention,
        "the lock of the append is over: it was used, was not used for two seconds, or its \
         transaction failed; take another",
    )
}
