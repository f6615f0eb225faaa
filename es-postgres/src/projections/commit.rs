//! The commit of a batch, all or nothing.

use es_core::projection::{CommitError, Progress, ProjectionBatch, SlotProgress};
use es_core::{StoreError, StoreErrorKind, Timestamp};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::advisory_locks::ALL_SLOTS;
use crate::append::arrays::bigint;
use crate::pool::session::Session;
use crate::schema::statements::Schema;

use super::PgProjections;
use super::batch::{InSchema, PgBatch, Purpose, Target};
use super::begin::opening;
use super::handlers::from_commit;
use super::new_parked::{self, Columns};
use super::version::unsupported;

impl PgBatch {
    pub(super) async fn commit_with(mut self, progress: &Progress) -> Result<(), CommitError> {
        match self.closing(progress).await {
            Ok(closing) => self.session.close_with(&closing.join("; ")).await.map_err(from_step),
            Err(refused) => self.refused(refused).await,
        }
    }

    /// Commits the batch and begins the next one of the node, if the connection may go on.
    ///
    /// A node that stops here is one that does not go on with its batch, before the commit or after
    /// it: no task goes on in its place, and the server ends the transaction with the lease.
    pub(super) async fn go_on_with(
        mut self,
        progress: Progress,
    ) -> Result<Option<Self>, CommitError> {
        let (id, doing) = match &self.target {
            Target::Rows(InSchema { id, purpose: Purpose::Project(doing), .. })
                if self.session.may_go_on() =>
            {
                (id.clone(), *doing)
            }
            _ => return self.commit(progress).await.map(|()| None),
        };
        let closing = match self.closing(&progress).await {
            Ok(closing) => closing,
            Err(refused) => return self.refused(refused).await,
        };
        let Self { projections, session, .. } = self;
        let schema = &projections.database.schema;
        let opening = opening(schema, &id, Some(doing.lease), "");
        let next = session.go_on(&closing, schema, &id, &opening).await.map_err(from_step)?;
        let Some((session, rows)) = next else { return Ok(None) };
        Ok(projections.next_batch(&id, session, &rows, doing).await)
    }

    /// Rolls the batch back and returns the error.
    async fn refused<T>(self, why: CommitError) -> Result<T, CommitError> {
        // Where that fails as well, the connection is gone, and the transaction with it.
        drop(self.session.rollback().await);
        Err(why)
    }

    /// The statements that make the batch permanent, without the commit.
    async fn closing(&mut self, progress: &Progress) -> Result<Vec<String>, CommitError> {
        let Self { projections, session, target, .. } = self;
        let Target::Rows(InSchema { id, projection, purpose, begun, .. }) = target else {
            return Ok(Vec::new());
        };
        match purpose {
            Purpose::Outdated => return Err(CommitError::Lost),
            Purpose::Look | Purpose::Prepared => {
                let why = format!("what is written beside `{id}` cannot be kept");
                return Err(unsupported(why).into());
            }
            Purpose::Prepare | Purpose::Project(_) | Purpose::Rebuild => {}
        }
        let projection = *projection;
        keep_parked(projections, session, projection, progress).await.map_err(from_step)?;
        let schema = &projections.database.schema;
        let mut closing = vec![begun.guard(schema)];
        match purpose {
            Purpose::Project(doing) => {
                closing.push(fenced(schema, projection, doing.node, &progress.slots));
            }
            Purpose::Rebuild => closing.extend(unfenced(schema, projection, &progress.slots)),
            _ => closing.push(format!(
                "UPDATE {}.projections SET is_prepared = true WHERE id = {projection}",
                schema.name(),
            )),
        }
        Ok(closing)
    }
}

/// Writes the parked events, only in the transaction that was begun: another one, left by a
/// handler, may keep anything.
async fn keep_parked(
    projections: &PgProjections,
    session: &mut Session,
    projection: i32,
    progress: &Progress,
) -> Result<(), sqlx::Error> {
    let Progress { parked, failed_again, settled, .. } = progress;
    if parked.is_empty() && failed_again.is_empty() && settled.is_empty() {
        return Ok(());
    }
    session.unguard().await?;
    projections.keep_parked(session, projection, progress).await
}

impl PgProjections {
    /// Writes the settled events, those that failed again, the newly parked ones, and the new heads
    /// of their keys. In the order of the keys.
    async fn keep_parked(
        &self,
        connection: &mut PgConnection,
        projection: i32,
        progress: &Progress,
    ) -> Result<(), sqlx::Error> {
        if !progress.settled.is_empty() {
            let mut settled: Vec<_> = progress.settled.iter().collect();
            settled.sort_unstable();
            self.database
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
            let errors = failed.iter().map(|failed| new_parked::text(&failed.failure.error));
            let attempts = failed.iter().map(|failed| i32::try_from(failed.attempts));
            let due = failed.iter().map(|failed| failed.next_attempt.map(Timestamp::unix_micros));
            self.database
                .query(include_str!("../../sql/projections/fail_again.sql"))
                .bind(projection)
                .bind(failed.iter().map(|failed| failed.key.as_str()).collect::<Vec<_>>())
                .bind(failed.iter().map(|failed| bigint(failed.position.0)).collect::<Vec<_>>())
                .bind(errors.collect::<Vec<_>>())
                .bind(
                    failed
                        .iter()
                        .map(|failed| new_parked::wait(&failed.failure))
                        .collect::<Vec<_>>(),
                )
                .bind(failed.iter().map(|failed| failed.failure.is_unreadable).collect::<Vec<_>>())
                .bind(attempts.map(|attempts| attempts.unwrap_or(i32::MAX)).collect::<Vec<_>>())
                .bind(due.collect::<Vec<_>>())
                .execute(&mut *connection)
                .await?;
        }
        if !progress.parked.is_empty() {
            let columns =
                Columns::of(&progress.parked).map_err(|why| sqlx::Error::Encode(why.into()))?;
            columns.park(&self.database, projection).execute(&mut *connection).await?;
        }
        let settled = progress.settled.iter().map(|(key, _)| key.as_str());
        let new = progress.parked.iter().map(|new| new.key.as_str());
        let mut changed: Vec<_> = settled.chain(new).collect();
        if !changed.is_empty() {
            changed.sort_unstable();
            changed.dedup();
            self.database
                .query(include_str!("../../sql/projections/recompute_parked_heads.sql"))
                .bind(projection)
                .bind(changed)
                .execute(connection)
                .await?;
        }
        Ok(())
    }
}

/// The check of the slots and the end of the transaction, in one message, so that no pause can come
/// between them. Uses the index `leases_pkey`.
///
/// ```text
/// node    … rows …  paused ……………………………………………  UPDATE, COMMIT: its epoch is old, all of it is undone
/// other               lease over, epoch + 1, rows, COMMIT
/// ```
fn fenced(schema: &Schema, projection: i32, node: Uuid, slots: &[SlotProgress]) -> String {
    let numbers = list(slots, |done| i64::from(done.slot.number()));
    let epochs = list(slots, |done| bigint(done.epoch.0));
    let checkpoints = list(slots, |done| bigint(done.checkpoint.0));
    format!(
        "SELECT {es}.end_batch({all}, {projection}, '{node}', '{numbers}', '{epochs}', '{checkpoints}')",
        es = schema.name(),
        all = schema.lock(ALL_SLOTS),
    )
}

/// The array in the text form of the server.
fn list(slots: &[SlotProgress], number: impl Fn(&SlotProgress) -> i64) -> String {
    let numbers: Vec<_> = slots.iter().map(|done| number(done).to_string()).collect();
    format!("{{{}}}", numbers.join(","))
}

/// The statement for a batch that holds all slots by itself. Uses the index `leases_pkey`.
fn unfenced(schema: &Schema, projection: i32, slots: &[SlotProgress]) -> Option<String> {
    if slots.is_empty() {
        return None;
    }
    Some(format!(
        "UPDATE {es}.leases SET checkpoint = done.checkpoint \
           FROM (VALUES {values}) AS done (slot, epoch, checkpoint) \
          WHERE leases.projection = {projection} AND leases.slot = done.slot",
        es = schema.name(),
        values = values(slots),
    ))
}

fn values(slots: &[SlotProgress]) -> String {
    let rows = slots.iter().map(|done| {
        let (slot, epoch, checkpoint) = (done.slot, done.epoch.0, bigint(done.checkpoint.0));
        format!("({slot}::smallint,{epoch}::bigint,{checkpoint}::bigint)")
    });
    rows.collect::<Vec<_>>().join(",")
}

/// The error if a slot is gone, or if the server has ended the session since it was idle for too
/// long.
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
