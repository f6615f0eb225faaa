//! The locked form of an append: wait for the streams first, then look, then write.

use std::sync::Arc;

use es_core::{Append, AppendError, Appended, StoreError, StoreErrorKind};
use sqlx::{Connection, PgConnection, Row};
use tracing::Instrument;

use crate::append::{Failure, Outcome};
use crate::columns::Columns;
use crate::error::{contended, from_sqlx, is_contention};
use crate::store::PgStore;

/// How often the locked form is tried. With the locks held nobody of ours is in the way; what
/// remains are deadlocks with transactions of the caller and appends too large to lock.
const ATTEMPTS: u32 = 4;

impl PgStore {
    /// Appends under locks, in a transaction that nobody can drop half way: it runs on a task of
    /// its own and ends there, also when the caller has gone.
    pub(crate) async fn append_locked(&self, append: Arc<Append>) -> Result<Appended, AppendError> {
        let store = self.clone();
        let task = async move {
            for _ in 1..ATTEMPTS {
                match store.try_locked(&append).await {
                    Err(error) if is_contention(&error) => {}
                    answer => return answer,
                }
            }
            store.try_locked(&append).await
        };
        tokio::spawn(task.in_current_span()).await.unwrap_or_else(|stopped| {
            Err(StoreError::new(StoreErrorKind::Unavailable, stopped).into())
        })
    }

    async fn try_locked(&self, append: &Append) -> Result<Appended, AppendError> {
        let mut transaction = self
            .pool
            .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await
            .map_err(from_sqlx)?;
        self.lock(&mut transaction, append).await?;
        match self.run_append(&mut transaction, append).await {
            Ok(Outcome::Appended(appended)) => {
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
        self.lock(connection, append).await?;
        let outcome = self.run_append(connection, append).await;
        self.refusal(append, outcome).await
    }

    /// Waits for the locks of all streams, in the order that all appends keep.
    async fn lock(
        &self,
        connection: &mut PgConnection,
        append: &Append,
    ) -> Result<(), AppendError> {
        let columns = Columns::of(append)?;
        let row = self
            .query(include_str!("../sql/lock_streams.sql"))
            .bind(columns.categories)
            .bind(columns.keys)
            .bind(columns.counts)
            .fetch_one(connection)
            .await
            .map_err(from_sqlx)?;
        match row.try_get::<&str, _>(0).map_err(from_sqlx)? {
            "read committed" => Ok(()),
            other => Err(unsupported(format!(
                "an append needs a transaction in READ COMMITTED, and this one is in {}: \
                 it could not see what others appended while it waited for them",
                other.to_uppercase()
            ))),
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

fn unsupported(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AppendError {
    StoreError::new(StoreErrorKind::Unsupported, why).into()
}
