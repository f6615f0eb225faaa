//! Promotion, reinstatement and removal of versions.

use es_core::projection::{Swap, VersionState};
use es_core::{ProjectionId, StoreError};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::error::from_sqlx;
use crate::pool::session::Session;

use super::dependents::Dependents;
use super::version::{Known, unknown, unsupported};
use super::{PgProjections, schema_name};

/// The beginning of the transaction. Without it, a dropped schema would report each table that is
/// dropped with it.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; \
                     SET LOCAL idle_in_transaction_session_timeout = 60000; \
                     SET LOCAL client_min_messages = warning";

impl PgProjections {
    /// Promotes the version. Readers do not wait: they look up the name of the schema in each
    /// statement, and the server plans a prepared one anew.
    pub(super) async fn swap_in(&self, id: &ProjectionId) -> Result<Swap, StoreError> {
        let mut session = Session::begin(&self.store.connections, BEGIN.to_owned()).await?;
        let swap = self.swap_within(&mut session, id).await;
        self.close(session, swap).await
    }

    pub(super) async fn remove_version(
        &self,
        id: &ProjectionId,
        dependents: Dependents,
    ) -> Result<bool, StoreError> {
        let mut session = Session::begin(&self.store.connections, BEGIN.to_owned()).await?;
        let removed = self.remove_within(&mut session, id, dependents).await;
        self.close(session, removed).await
    }

    async fn close<T>(
        &self,
        session: Session,
        outcome: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match outcome {
            Ok(_) => session.close_with("").await.map_err(from_sqlx)?,
            Err(_) => session.rollback().await?,
        }
        outcome
    }

    pub(super) async fn swap_within(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<Swap, StoreError> {
        let versions = self.lock_versions(connection, id).await?;
        let new = versions.iter().find(|known| known.id == *id).ok_or_else(|| unknown(id))?;
        let read = versions.iter().find(|known| known.is_read).ok_or_else(|| unknown(id))?;
        if new.is_read {
            return Ok(Swap::Done);
        }
        if new.place == VersionState::Retired {
            return Err(unsupported(format!("`{id}` is retired; reinstate it first")));
        }
        if !new.is_prepared {
            return Err(unsupported(format!("the tables of `{id}` are not made")));
        }
        if new.is_stopped {
            return Err(unsupported(format!("`{id}` is stopped; resume it first")));
        }
        if let Some(refused) = self.refused_for_dependents(connection, new, read).await? {
            return Ok(refused);
        }
        // Asked before the slots are taken, since it may be so for long, and after, when it cannot
        // change any more.
        if self.has_effects_waiting(connection, read).await? {
            return Ok(Swap::Waits);
        }
        self.take_all_slots(connection, read.projection).await?;
        if self.has_effects_waiting(connection, read).await? {
            return Ok(Swap::Waits);
        }
        if !self.has_come_as_far(connection, new, read).await? {
            if read.place != VersionState::Retired {
                self.set_state(connection, read, "retired", true).await?;
            }
            return Ok(Swap::NotYet);
        }
        self.take_all_slots(connection, new.projection).await?;
        // Slots are waited for, and the service may have built something meanwhile.
        if let Some(refused) = self.refused_for_dependents(connection, new, read).await? {
            return Ok(refused);
        }
        self.set_state(connection, read, "retired", false).await?;
        self.set_state(connection, new, "serving", true).await?;
        let effects =
            self.store.query(include_str!("../../sql/projections/inherit_effects_after.sql"));
        let effects = effects.bind(new.projection).bind(read.projection);
        connection.execute(effects).await.map_err(from_sqlx)?;
        if read.is_prepared {
            self.carry_grants(connection, new, read).await?;
        }
        self.rename(connection, new, read).await?;
        Ok(Swap::Done)
    }

    /// The answer if an object would go on reading the rows of `read`; the version `read` then
    /// keeps serving.
    async fn refused_for_dependents(
        &self,
        connection: &mut PgConnection,
        new: &Known,
        read: &Known,
    ) -> Result<Option<Swap>, StoreError> {
        let dependents = self.dependents_on_swap(connection, new, read).await?;
        if dependents.is_empty() {
            return Ok(None);
        }
        if read.place == VersionState::Retired {
            self.set_state(connection, read, "serving", true).await?;
        }
        Ok(Some(Swap::HasDependents(dependents)))
    }

    /// True if it has parked events whose effects no later version would run.
    async fn has_effects_waiting(
        &self,
        connection: &mut PgConnection,
        read: &Known,
    ) -> Result<bool, StoreError> {
        let query = self.store.query(include_str!("../../sql/projections/has_parked_effects.sql"));
        let row = query.bind(read.projection).fetch_one(connection).await.map_err(from_sqlx)?;
        row.try_get(0).map_err(from_sqlx)
    }

    /// True if the rows of `new` cover all events that those of `read` do. Slots that were made of
    /// another key hold other events; those of another log cannot be compared at all, and are not
    /// held against `new`.
    async fn has_come_as_far(
        &self,
        connection: &mut PgConnection,
        new: &Known,
        read: &Known,
    ) -> Result<bool, StoreError> {
        if new.incarnation != read.incarnation {
            return Ok(true);
        }
        let query = self
            .store
            .query(include_str!("../../sql/projections/compare_checkpoints.sql"))
            .bind(new.projection)
            .bind(read.projection)
            .bind(new.keyed_by == read.keyed_by);
        let row = query.fetch_one(connection).await.map_err(from_sqlx)?;
        row.try_get(0).map_err(from_sqlx)
    }

    /// Puts a retired version back to building, to take the place of the one that serves.
    pub(super) async fn reinstate_version(
        &self,
        id: &ProjectionId,
    ) -> Result<VersionState, StoreError> {
        let mut session = Session::begin(&self.store.connections, BEGIN.to_owned()).await?;
        let reinstated = self.reinstate_within(&mut session, id).await;
        self.close(session, reinstated).await
    }

    async fn reinstate_within(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<VersionState, StoreError> {
        let versions = self.lock_versions(connection, id).await?;
        let known = versions.iter().find(|known| known.id == *id).ok_or_else(|| unknown(id))?;
        if known.place != VersionState::Retired {
            return Ok(known.state());
        }
        if known.is_read {
            self.set_state(connection, known, "serving", true).await?;
            return Ok(known.state_in(VersionState::Serving));
        }
        let read = versions.iter().find(|known| known.is_read).ok_or_else(|| unknown(id))?;
        if known.has_effects && known.keyed_by != read.keyed_by {
            return Err(unsupported(format!(
                "`{id}` has effects and is kept in order by `{}`, the version that serves by `{}`: \
                 nobody could tell whose effects were had",
                known.keyed_by, read.keyed_by
            )));
        }
        self.set_state(connection, known, "building", false).await?;
        Ok(known.state_in(VersionState::Building))
    }

    async fn remove_within(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
        dependents: Dependents,
    ) -> Result<bool, StoreError> {
        let versions = self.lock_versions(connection, id).await?;
        let Some(known) = versions.iter().find(|known| known.id == *id) else { return Ok(false) };
        if known.is_read {
            return Err(unsupported(format!("`{id}` serves and cannot be dropped")));
        }
        self.keep_all_out(connection, known.projection).await?;
        if known.is_prepared {
            if dependents == Dependents::Refuse {
                self.has_no_dependents(connection, known).await?;
            }
            let rows = format!("DROP SCHEMA IF EXISTS \"{}\" CASCADE", self.schema_of(known));
            connection.execute(AssertSqlSafe(rows)).await.map_err(from_sqlx)?;
        }
        let drop = self.store.query(include_str!("../../sql/projections/drop_version.sql"));
        connection.execute(drop.bind(known.projection)).await.map_err(from_sqlx)?;
        // Nobody is to take the place any more of a version that was retired for that.
        let is_awaited = |other: &Known| other.id != *id && other.place == VersionState::Building;
        if known.place == VersionState::Building && !versions.iter().any(is_awaited) {
            for read in versions.iter().filter(|read| read.is_read) {
                self.set_state(connection, read, "serving", true).await?;
            }
        }
        Ok(true)
    }

    /// Locks all versions of the name. Two sessions that change them wait for one another, and a
    /// node that is given a slot waits as well.
    async fn lock_versions(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<Vec<Known>, StoreError> {
        let query = self.store.query(include_str!("../../sql/projections/lock_versions.sql"));
        let rows = query.bind(id.name.as_str()).fetch_all(connection).await.map_err(from_sqlx)?;
        rows.iter().map(|row| Known::of(row, &id.name)).collect()
    }

    async fn set_state(
        &self,
        connection: &mut PgConnection,
        known: &Known,
        state: &'static str,
        is_read: bool,
    ) -> Result<(), StoreError> {
        let query = self
            .store
            .query(include_str!("../../sql/projections/set_state.sql"))
            .bind(known.projection)
            .bind(state)
            .bind(is_read);
        connection.execute(query).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Renames the schema of a version. A version that was never run has none.
    async fn rename(
        &self,
        connection: &mut PgConnection,
        new: &Known,
        read: &Known,
    ) -> Result<(), StoreError> {
        let schema = &self.store.schema;
        let name = schema_name::of_name(schema, &new.id.name);
        let renamed = |from: &str, to: &str| format!("ALTER SCHEMA \"{from}\" RENAME TO \"{to}\"");
        if read.is_prepared {
            let away = renamed(&name, &schema_name::numbered(schema, &read.id));
            connection.execute(AssertSqlSafe(away)).await.map_err(from_sqlx)?;
        }
        let here = renamed(&schema_name::numbered(schema, &new.id), &name);
        connection.execute(AssertSqlSafe(here)).await.map_err(from_sqlx)?;
        Ok(())
    }
}
