//! Which way an append takes: the lone statement, and the locked form where that settles nothing.

use std::sync::Arc;

use es_core::{Append, AppendError, Appended};

use crate::append::{Failure, Outcome};
use crate::error::{from_sqlx, is_contention};
use crate::store::PgStore;
use crate::tags::is_tagged;

/// So many streams an append locks at most; above, the unique index guards those that it writes to.
/// `append.sql` and `lock_streams.sql` say the same number.
pub(crate) const LOCKED_STREAMS: usize = 256;

impl PgStore {
    /// The lone statement first.
    ///
    /// A conflict that it finds is answered at once. Its snapshot is younger than the call, so it
    /// holds all that was acknowledged before, and it is one moment for all streams of the append:
    /// at that moment the append was refused, whatever comes later. Only "yes" needs more than a
    /// snapshot; the unique index says it for streams that get events, and an append that also
    /// rests on a stream that gets none takes that stream's lock instead. An append to so many
    /// streams that it locks none must not overtake one of those: it passes their gate.
    pub(crate) async fn append_alone_or_locked(
        &self,
        append: Append,
    ) -> Result<Appended, AppendError> {
        let parts = append.parts();
        if append.condition().is_some()
            || is_tagged(&append)
            || parts.len() > LOCKED_STREAMS
            || parts.iter().any(|part| part.events.is_empty())
        {
            return self.append_locked(Arc::new(append)).await;
        }
        match self.run_alone(&append).await {
            Ok(Outcome::Appended(appended)) => Ok(appended),
            Ok(Outcome::Conflict(conflict)) => Err(conflict.into()),
            Ok(Outcome::Contended) | Err(Failure::Outrun) => {
                self.append_locked(Arc::new(append)).await
            }
            Err(Failure::EventId(id)) => Err(self.duplicate(&append, id).await),
            Err(Failure::Store(error)) => {
                let error = AppendError::from(error);
                if is_contention(&error) {
                    self.append_locked(Arc::new(append)).await
                } else {
                    Err(error)
                }
            }
        }
    }

    /// Runs the statement as its own transaction, and gives the connection back at once.
    async fn run_alone(&self, append: &Append) -> Result<Outcome, Failure> {
        let mut connection = self.pool.acquire().await.map_err(from_sqlx)?;
        self.run_append(&mut connection, append).await
    }
}
