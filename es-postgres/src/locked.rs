//! The locked form of an append: wait for the streams first, then look, then write.

use std::sync::Arc;

use es_core::{Append, AppendError, Appended, StoreError, StoreErrorKind};
use sqlx::{Connection, PgConnection, Row};
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::alone::LOCKED_STREAMS;
use crate::append::{Failure, Outcome};
use crate::columns::Columns;
use crate::error::{contended, from_sqlx, is_contention, is_lock_timeout};
use crate::store::PgStore;
use crate::tags::TagLocks;

/// How often the locked form is tried. With the locks held nobody of ours is in the way; what
/// remains are deadlocks with transactions of the caller and appends too large to lock.
const ATTEMPTS: u32 = 4;

/// Waits for locks in slices of a second: a statement that waits cannot be called back, and whoever
/// asked for it may have gone. The slice costs no round trip of its own.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '1s'";

impl PgStore {
    /// Appends under locks, in a transaction that nobody can drop half way: it runs on a task of
    /// its own. It waits for the streams only as long as the caller waits for it; once it has them
    /// it comes to its end, also when the caller has gone.
    pub(crate) async fn append_locked(&self, append: Arc<Append>) -> Result<Appended, AppendError> {
        if let Some(refusal) = too_many_preconditions(&append) {
            return Err(refusal);
        }
        let store = self.clone();
        let (mut answer, caller) = oneshot::channel();
        let task = async move {
            if let Some(done) = store.append_when_free(&append, &mut answer).await {
                // Nobody may be there to hear it any more; it is done all the same.
                let _ = answer.send(done);
            }
        };
        tokio::spawn(task.in_current_span());
        caller.await.unwrap_or_else(|stopped| {
            Err(StoreError::new(StoreErrorKind::Unavailable, stopped).into())
        })
    }

    /// `None` if the caller went away while there was nothing but waiting.
    async fn append_when_free(
        &self,
        append: &Append,
        answer: &mut oneshot::Sender<Result<Appended, AppendError>>,
    ) -> Option<Result<Appended, AppendError>> {
        let mut attempts = 1;
        loop {
            // Appends that wait for a stream leave the rest of the pool to the others.
            let _place = tokio::select! {
                place = self.waiting.acquire() => place,
                () = answer.closed() => return None,
            };
            match self.try_locked(append).await {
                Err(error) if is_lock_timeout(&error) && answer.is_closed() => return None,
                Err(error) if is_lock_timeout(&error) => {}
                Err(error) if is_contention(&error) && attempts < ATTEMPTS => attempts += 1,
                done => return Some(done),
            }
        }
    }

    async fn try_locked(&self, append: &Append) -> Result<Appended, AppendError> {
        let mut transaction = self.pool.begin_with(BEGIN).await.map_err(from_sqlx)?;
        self.lock(&mut transaction, append).await?;
        if let Some(condition) = append.condition()
            && let Err(refused) = self.check_condition(&mut transaction, condition).await
        {
            transaction.rollback().await.map_err(from_sqlx)?;
            return Err(refused);
        }
        match self.run_append(&mut transaction, append).await {
            Ok(Outcome::Appended(appended)) => {
                self.tag_events(&mut transaction, append, &appended).await?;
                transaction.commit().await.map_err(from_sqlx)?;
                Ok(appended)
            }
            refused => {
                transaction.rollback().await.map_err(from_sqlx)?;
                self.refusal(append, refused).await
            }
        }
    }

    /// As [`PgStore::append_within`], without its span.
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
        self.lock(connection, append).await?;
        if let Some(condition) = append.condition() {
            self.check_condition(connection, condition).await?;
        }
        let outcome = self.run_append(connection, append).await;
        let appended = self.refusal(append, outcome).await?;
        self.tag_events(connection, append, &appended).await?;
        Ok(appended)
    }

    /// Waits for the locks of all streams and tags, in the order that all appends keep.
    async fn lock(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<(), AppendError> {
        let columns = Columns::of(append)?;
        let tags = TagLocks::of(append);
        if let TagLocks::Everything = tags {
            self.lock_all(connection).await?;
        }
        let row = self
            .query(include_str!("../sql/lock_streams.sql"))
            .bind(columns.categories)
            .bind(columns.keys)
            .bind(columns.counts)
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
        match tags {
            TagLocks::Each(tags, exclusive) if !tags.is_empty() => {
                self.lock_tags(connection, tags, exclusive).await
            }
            _ => Ok(()),
        }
    }

    /// The answer to what the statement came to, once nothing is tried any more.
    async fn refusal(
        &self,
        append: &Append,
        outcome: Result<Outcome, Failure>,
    ) -> Result<Appended, AppendError> {
        match outcome {
            Ok(Outcome::Appended(appended)) => Ok(appended),
            Ok(Outcome::Conflict(conflict)) => Err(conflict.into()),
            Ok(Outcome::Contended) | Err(Failure::Outrun) => Err(contended(append)),
            Err(Failure::EventId(id)) => Err(self.duplicate(append, id).await),
            Err(Failure::Store(error)) => Err(error.into()),
        }
    }
}

/// Each stream that an append rests on and does not write to costs a lock of the server.
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
