//! The end of old answers: half of them at a time, without a trace in the other half.

use std::sync::PoisonError;
use std::time::Duration;

use es_core::StoreError;
use sqlx::{Connection, Row};
use tokio::time::Instant;
use tracing::Instrument;

use super::memory::Requests;
use crate::append::locked::{Wait, begin};
use crate::error::from_sqlx;

/// The time between two attempts of a process. Whoever reads the half that is to be emptied, as a backup does,
/// is in the way for as long as it reads.
const BETWEEN: Duration = Duration::from_mins(1);

/// The time for which others wait behind an attempt.
const BRIEFLY: Duration = Duration::from_millis(100);

impl Requests {
    /// Has a task forget what may be forgotten, if this process has not tried for a while. A failure does no
    /// harm: answers are remembered for longer.
    pub(super) fn forget_sometimes(&self) {
        {
            let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
            if tried.is_some_and(|tried| tried.elapsed() < BETWEEN) {
                return;
            }
            *tried = Some(Instant::now());
        }
        let requests = self.clone();
        let forgetting = async move {
            if let Err(error) = requests.forget().await {
                requests.say_that_it_failed(&error);
            }
        };
        tokio::spawn(forgetting.in_current_span());
    }

    /// Empties the half of the answers that are old enough, and has it take the new ones. Behind the gate, so that
    /// no append and no answer is open meanwhile.
    async fn forget(&self) -> Result<(), StoreError> {
        let mut connection = self.database.connections.take().await?;
        let begin = begin(Wait::AtMost(BRIEFLY));
        let mut transaction = connection.begin_with(begin).await.map_err(from_sqlx)?;
        self.database.pass_gate(&mut transaction, true).await?;
        let due = self.database.query(include_str!("../../sql/due_requests.sql"));
        let due = due.bind(self.seconds()).fetch_optional(&mut *transaction).await;
        let Some(row) = due.map_err(from_sqlx)? else {
            // Another process was faster.
            return transaction.rollback().await.map_err(from_sqlx);
        };
        let half: i32 = row.try_get(0).map_err(from_sqlx)?;
        let empty = if half == 0 { "TRUNCATE es.requests_0" } else { "TRUNCATE es.requests_1" };
        self.database.query(empty).execute(&mut *transaction).await.map_err(from_sqlx)?;
        let turn = self.database.query(include_str!("../../sql/turn_requests.sql"));
        turn.bind(half).execute(&mut *transaction).await.map_err(from_sqlx)?;
        transaction.commit().await.map_err(from_sqlx)?;
        connection.keep();
        Ok(())
    }

    /// Warns, unless the reason passes by itself: somebody reads, or the server is away.
    fn say_that_it_failed(&self, error: &StoreError) {
        if error.is_transient() {
            tracing::debug!(target: "es", %error, "old answers to requests are not forgotten yet");
            return;
        }
        let schema = self.database.schema.name();
        let error: &dyn std::error::Error = error;
        tracing::warn!(
            target: "es",
            error,
            "old answers to requests are not forgotten, and their tables grow; it takes TRUNCATE on \
             {schema}.requests_0 and {schema}.requests_1, and UPDATE on {schema}.request_memory and \
             {schema}.request_turns, as roles.sql grants them",
        );
    }
}
