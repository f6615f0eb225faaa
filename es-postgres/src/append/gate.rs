//! The gate of appends, passed when none is open.
//!
//! Whoever wants it for itself queues there with the appends, and those that come later queue
//! behind it. So it queues for a moment only, and lets them through in between:
//!
//! ```text
//! an open append   ├ the gate, beside others ──────────────────────────────┤
//! a new tag           ├ waits ┤   pauses   ├ waits ┤   pauses   ├ waits ── the gate, for itself ┤
//! another append           ├ waits ─ goes on ┤
//! ```
//!
//! An append that stays open for longer than that is named.

use std::time::Duration;

use es_core::{StoreError, StoreErrorKind};
use sqlx::{PgConnection, Row};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use crate::append::locked::Wait;
use crate::error::from_sqlx;
use crate::held_up::session;
use crate::pool::database::Database;
use crate::pool::driven::told;

/// The time that an exclusive request waits for a lock at a stretch, while appends wait behind it.
const SLICE: Duration = Duration::from_millis(100);

/// The pause after it, in which the gate is left to appends.
const PAUSE: Duration = Duration::from_millis(100);

/// The time after which the request gives up.
const TIME_LIMIT: Duration = Duration::from_secs(10);

impl Database {
    /// Runs work that waits for the gate or for streams on a task of its own, which no caller can
    /// drop half way. It is tried again when a slice of waiting is over, for as long as the caller
    /// listens.
    ///
    /// # Errors
    ///
    /// [`Contention`](StoreErrorKind::Contention) if an append was in the way for ten seconds.
    pub(crate) async fn undisturbed<T, W>(
        &self,
        work: impl Fn(Wait) -> W + Send + Sync + 'static,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Future<Output = Result<T, StoreError>> + Send + 'static,
    {
        let database = self.clone();
        let (mut answer, caller) = oneshot::channel();
        let task = async move {
            let until = Instant::now() + TIME_LIMIT;
            let done = loop {
                match work(Wait::AtMost(SLICE)).await {
                    Err(error) if error.kind() == StoreErrorKind::Contention => {
                        if Instant::now() >= until {
                            break Err(database.held_up_by(error).await);
                        }
                    }
                    done => break done,
                }
                tokio::select! {
                    () = answer.closed() => return,
                    () = sleep(PAUSE) => {}
                }
            };
            // Nobody may be there to hear it any more; it is done all the same.
            let _ = answer.send(done);
        };
        let task = tokio::spawn(task.in_current_span());
        told(caller, task).await
    }

    /// Passes the gate and returns the number of changes. An exclusive pass waits until every
    /// append that began before has ended.
    pub(crate) async fn pass_gate(
        &self,
        connection: &mut PgConnection,
        for_itself: bool,
    ) -> Result<i64, StoreError> {
        let query = self.query(include_str!("../../sql/tag_gate.sql")).bind(for_itself);
        let row = query.fetch_one(connection).await.map_err(from_sqlx)?;
        row.try_get(0).map_err(from_sqlx)
    }

    /// Adds the cause to `error`: the append that has been open for the longest time.
    async fn held_up_by(&self, error: StoreError) -> StoreError {
        let rows = self.query(include_str!("../../sql/gate_holder.sql"));
        match self.rows_on_this_task(rows).await {
            Ok(rows) => match rows.first().map(|row| session(row, 0)) {
                Some(Ok(by)) => StoreError::new(
                    StoreErrorKind::Contention,
                    format!(
                        "waited for {} s for appends that are open; the oldest is that of {by}",
                        TIME_LIMIT.as_secs()
                    ),
                ),
                Some(Err(error)) => error,
                None => error,
            },
            Err(error) => error,
        }
    }
}
