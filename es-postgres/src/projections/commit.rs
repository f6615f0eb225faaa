//! How a batch becomes permanent, or nothing.

use std::fmt::Write;

use es_core::projection::{CommitError, Progress, SlotProgress};
use es_core::{StoreError, StoreErrorKind, Timestamp};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::columns::bigint;
use crate::statements::Schema;

use super::PgProjections;
use super::aside::{self, Columns};
use super::batch::{PgBatch, Purpose};
use super::handlers::from_commit;
use super::version::unsupported;

/// The namespace of the locks on the slots of a whole version: shared for the moment of a commit, alone
/// for whoever takes the slots from everybody. A commit does not wait for that one, since it would find
/// its slots gone.
pub(super) const ALL_SLOTS: i32 = 1_163_067_396;

impl PgBatch {
    pub(super) async fn commit_with(mut self, progress: &Progress) -> Result<(), CommitError> {
        let refused = match self.purpose {
            Purpose::Outdated => Some(CommitError::Lost),
            Purpose::Look => {
                let why = format!("what is written aside of `{}` cannot be kept", self.id);
                Some(unsupported(why).into())
            }
            _ => None,
        };
        if let Some(refused) = refused {
            self.session.undo().await?;
            return Err(refused);
        }
        if let Err(error) = self.keep_aside(progress).await {
            // Where that fails as well, the connection is gone, and the transaction with it.
            let _ = self.session.undo().await;
            return Err(from_step(error));
        }
        let schema = &self.projections.store.schema;
        let closing = match self.purpose {
            Purpose::Project(node) => fenced(schema, self.projection, node, &progress.slots),
            Purpose::Rebuild => unfenced(schema, self.projection, &progress.slots),
            _ => format!(
                "UPDATE {}.projections SET is_prepared = true WHERE id = {}",
                schema.name(),
                self.projection
            ),
        };
        let closing = format!("{} {closing}", self.begun.guard(schema));
        self.session.close_with(&closing).await.map_err(from_step)
    }

    /// Only in the transaction that was begun: what a handler has left instead of it may keep anything.
    async fn keep_aside(&mut self, progress: &Progress) -> Result<(), sqlx::Error> {
        let Progress { set_aside, failed_again, settled, .. } = progress;
        if set_aside.is_empty() && failed_again.is_empty() && settled.is_empty() {
            return Ok(());
        }
        self.session.unguard().await?;
        self.projections.keep_aside(&mut self.session, self.projection, progress).await
    }
}

impl PgProjections {
    /// What is settled, what has failed again, what is set aside from now on, and what comes first after
    /// that. In the order of the keys.
    async fn keep_aside(
        &self,
        connection: &mut PgConnection,
        projection: i32,
        progress: &Progress,
    ) -> Result<(), sqlx::Error> {
        if !progress.settled.is_empty() {
            let mut settled: Vec<_> = progress.settled.iter().collect();
            settled.sort_unstable();
            self.store
                .query(include_str!("../../sql/projections/settle.sql"))
                .bind(projection)
                .bind(settled.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())
                .bind(settled.iter().map(|(_, at)| bigint(at.0)).collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
        }
        if !progress.failed_again.is_empty() {
            let mut failed: Vec<_> = progress.failed_again.iter().collect();
            failed.sort_unstable_by_key(|failed| (&failed.key, failed.position));
            let errors = failed.iter().map(|failed| aside::text(&failed.failure.error));
            let attempts = failed.iter().map(|failed| i32::try_from(failed.attempts));
            let due = failed.iter().map(|failed| failed.next_attempt.map(Timestamp::unix_micros));
            self.store
                .query(include_str!("../../sql/projections/fail_again.sql"))
                .bind(projection)
                .bind(failed.iter().map(|failed| failed.key.as_str()).collect::<Vec<_>>())
                .bind(failed.iter().map(|failed| bigint(failed.position.0)).collect::<Vec<_>>())
                .bind(errors.collect::<Vec<_>>())
                .bind(failed.iter().map(|failed| aside::wait(&failed.failure)).collect::<Vec<_>>())
                .bind(failed.iter().map(|failed| failed.failure.is_unreadable).collect::<Vec<_>>())
                .bind(attempts.map(|attempts| attempts.unwrap_or(i32::MAX)).collect::<Vec<_>>())
                .bind(due.collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
        }
        if !progress.set_aside.is_empty() {
            let columns =
                Columns::of(&progress.set_aside).map_err(|why| sqlx::Error::Encode(why.into()))?;
            columns.set_aside(&self.store, projection).execute(&mut *connection).await?;
        }
        let settled = progress.settled.iter().map(|(key, _)| key.as_str());
        let new = progress.set_aside.iter().map(|aside| aside.key.as_str());
        let mut changed: Vec<_> = settled.chain(new).collect();
        if !changed.is_empty() {
            changed.sort_unstable();
            changed.dedup();
            self.store
                .query(include_str!("../../sql/projections/come_first.sql"))
                .bind(projection)
                .bind(changed)
                .execute(connection)
                .await?;
        }
        Ok(())
    }
}

/// One message, so that no pause can come between the look at the slots and the end of the transaction.
/// Leans on `leases_pkey`.
///
/// ```text
/// node    … rows …  paused ……………………………………………  UPDATE, COMMIT: its epoch is old, all of it is undone
/// other               lease over, epoch + 1, rows, COMMIT
/// ```
fn fenced(schema: &Schema, projection: i32, node: Uuid, slots: &[SlotProgress]) -> String {
    let (es, all) = (schema.name(), schema.lock(ALL_SLOTS));
    let mut sql =
        format!("SELECT {es}.fence(pg_try_advisory_xact_lock_shared({all}, {projection}));");
    if !slots.is_empty() {
        let _ = write!(
            sql,
            "WITH moved AS (UPDATE {es}.leases SET checkpoint = done.checkpoint \
               FROM (VALUES {values}) AS done (slot, epoch, checkpoint) \
              WHERE leases.projection = {projection} AND leases.slot = done.slot \
                AND leases.owner = '{node}' AND leases.epoch = done.epoch RETURNING 1) \
             SELECT {es}.fence(count(*) = {count}) FROM moved;",
            values = values(slots),
            count = slots.len(),
        );
    }
    sql
}

/// For a batch that holds all slots by itself. Leans on `leases_pkey`.
fn unfenced(schema: &Schema, projection: i32, slots: &[SlotProgress]) -> String {
    if slots.is_empty() {
        return String::new();
    }
    format!(
        "UPDATE {es}.leases SET checkpoint = done.checkpoint \
           FROM (VALUES {values}) AS done (slot, epoch, checkpoint) \
          WHERE leases.projection = {projection} AND leases.slot = done.slot",
        es = schema.name(),
        values = values(slots),
    )
}

fn values(slots: &[SlotProgress]) -> String {
    let rows = slots.iter().map(|done| {
        let (slot, epoch, checkpoint) = (done.slot, done.epoch.0, bigint(done.checkpoint.0));
        format!("({slot}::smallint,{epoch}::bigint,{checkpoint}::bigint)")
    });
    rows.collect::<Vec<_>>().join(",")
}

/// A slot that is gone, or a session that the server has ended since it was left alone for too long.
fn from_step(error: sqlx::Error) -> CommitError {
    let state = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    match state.as_deref() {
        Some("ES001" | "25P03") => CommitError::Lost,
        _ => match error {
            sqlx::Error::Encode(why) => match why.downcast::<StoreError>() {
                Ok(why) => CommitError::Store(*why),
                Err(why) => StoreError::new(StoreErrorKind::Other, why).into(),
            },
            error => from_commit(error).into(),
        },
    }
}
