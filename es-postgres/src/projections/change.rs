//! Changes of the rows of versions.

use es_core::projection::version::{ChangeError, VersionChange};
use es_core::projection::{ParkedSelector, RegisterError, Registration, Slot, VersionState};
use es_core::{EventName, Position, ProjectionId, ProjectionName, StoreError};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::schema::sql_name::{LONGEST, needs_quotes};

use super::dependents::Dependents;
use super::leases::numbers;
use super::version::{corrupt, text_of, unsupported, version};
use super::{PgProjections, schema_name};

impl PgProjections {
    /// Makes a change in a transaction that has the lock for it.
    pub(super) async fn apply(
        &self,
        connection: &mut PgConnection,
        change: VersionChange,
    ) -> Result<u64, ChangeError> {
        match change {
            VersionChange::Add { registration, place, is_read } => {
                self.add(connection, &registration, place, is_read).await?;
            }
            VersionChange::Place { id, place } => {
                let query = self.of(&id, include_str!("../../sql/projections/set_state.sql"));
                let query = query.bind(text_of(place)?);
                connection.execute(query).await.map_err(from_sqlx)?;
            }
            VersionChange::Types { id, types } => {
                let query = self.of(&id, include_str!("../../sql/projections/set_types.sql"));
                let types = types.iter().map(EventName::as_str).collect::<Vec<_>>();
                connection.execute(query.bind(types)).await.map_err(from_sqlx)?;
            }
            VersionChange::Revoke { id } => self.revoke(connection, &id).await?,
            VersionChange::EffectsAfter { id, slots } => {
                self.set_effects_after(connection, &id, slots).await?;
            }
            VersionChange::Exchange { new, read } => {
                self.exchange(connection, &new, &read).await?;
            }
            VersionChange::Remove { id } => {
                self.remove(connection, &id, Dependents::Refuse).await?;
            }
            VersionChange::Stop { id, why } => {
                let query = self.of(&id, include_str!("../../sql/projections/stop.sql"));
                let reason = why.as_deref().map(super::new_parked::text);
                connection.execute(query.bind(reason)).await.map_err(from_sqlx)?;
            }
            VersionChange::Replay { id, keys } => {
                let key = match &keys {
                    ParkedSelector::One(key) => Some(key.as_str()),
                    ParkedSelector::All => None,
                    other => {
                        return Err(
                            unsupported(format!("there is no way to replay {other:?}")).into()
                        );
                    }
                };
                let query = self.of(&id, include_str!("../../sql/projections/replay.sql"));
                let replayed =
                    query.bind(key).execute(&mut *connection).await.map_err(from_sqlx)?;
                return self.concerned(connection, &id, replayed.rows_affected()).await;
            }
            VersionChange::DropParked { id, key, position, reason } => {
                let query = self
                    .of(&id, include_str!("../../sql/projections/drop_parked.sql"))
                    .bind(key.as_str())
                    .bind(bigint(position.0))
                    .bind(reason.as_str());
                let dropped = query.execute(&mut *connection).await.map_err(from_sqlx)?;
                return self.concerned(connection, &id, dropped.rows_affected()).await;
            }
            other => return Err(unsupported(format!("there is no way to make {other:?}")).into()),
        }
        Ok(0)
    }

    /// The number of parked events of a version that a statement has changed. One that changed none may have
    /// found no version.
    async fn concerned(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
        changed: u64,
    ) -> Result<u64, ChangeError> {
        if changed == 0 {
            self.numbered(connection, id).await?;
        }
        Ok(changed)
    }

    async fn add(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
        place: VersionState,
        is_read: bool,
    ) -> Result<(), ChangeError> {
        self.has_a_place(connection, registration, is_read).await?;
        let (id, types) = (&registration.id, registration.types.iter().map(EventName::as_str));
        let register = self
            .of(id, include_str!("../../sql/projections/register.sql"))
            .bind(text_of(place)?)
            .bind(is_read)
            .bind(&registration.keyed_by)
            .bind(types.collect::<Vec<_>>())
            .bind(registration.has_effects)
            .bind(registration.incarnation.as_uuid())
            .bind(bigint(registration.start.0))
            .bind(bigint(registration.log_end.0))
            .bind(bigint(registration.effects_after.0));
        connection.execute(register).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Checks that nothing is in the way of the rows of a new version, now and when it is promoted.
    async fn has_a_place(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
        is_read: bool,
    ) -> Result<(), ChangeError> {
        let (id, schema) = (&registration.id, &self.database.schema);
        let refused = |error| Err(ChangeError::Place(error));
        let mut needed = if is_read {
            vec![schema_name::of_name(schema, &id.name)]
        } else {
            vec![schema_name::numbered(schema, id)]
        };
        let names = self.database.query(include_str!("../../sql/projections/names.sql"));
        for row in names.fetch_all(&mut *connection).await.map_err(from_sqlx)? {
            let other: &str = row.try_get(0).map_err(from_sqlx)?;
            let other = ProjectionName::new(other).map_err(corrupt)?;
            if other != id.name {
                if let Some(place) = schema_name::shared(schema, &id.name, &other) {
                    return refused(RegisterError::SameName { id: id.clone(), other, place });
                }
            } else if row.try_get(2).map_err(from_sqlx)? {
                let read = ProjectionId::new(other, version(&row, 1)?);
                needed.push(schema_name::numbered(schema, &read));
            }
        }
        if let Some(place) = needed.iter().find(|place| place.len() > LONGEST).cloned() {
            return refused(RegisterError::PlaceTooLong { id: id.clone(), place, max: LONGEST });
        }
        // A name that was taken by an earlier release stays what it is.
        if is_read && needs_quotes(&needed[0]) {
            let place = needed.swap_remove(0);
            return refused(RegisterError::NeedsQuotes { id: id.clone(), place });
        }
        let taken = self.database.query(include_str!("../../sql/projections/schemas.sql"));
        let taken = taken.bind(&needed).fetch_optional(connection).await.map_err(from_sqlx)?;
        let taken = taken.map(|row| row.try_get(0)).transpose().map_err(from_sqlx)?;
        let reserved = || needed.into_iter().find(|schema| schema_name::is_reserved(schema));
        match taken.or_else(reserved) {
            None => Ok(()),
            Some(place) => refused(RegisterError::PlaceTaken { id: id.clone(), place }),
        }
    }

    async fn revoke(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<(), StoreError> {
        let projection = self.numbered(connection, id).await?.projection;
        self.keep_all_out(connection, projection).await?;
        let revoke = self.database.query(include_str!("../../sql/projections/revoke.sql"));
        connection.execute(revoke.bind(projection)).await.map_err(from_sqlx)?;
        Ok(())
    }

    async fn set_effects_after(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
        had: Vec<(Slot, Position)>,
    ) -> Result<(), StoreError> {
        let projection = self.numbered(connection, id).await?.projection;
        let (slots, positions): (Vec<_>, Vec<_>) = had.into_iter().unzip();
        let positions = positions.into_iter().map(|position| bigint(position.0));
        let query = self
            .database
            .query(include_str!("../../sql/projections/effects_after.sql"))
            .bind(projection)
            .bind(numbers(&slots))
            .bind(positions.collect::<Vec<_>>());
        connection.execute(query).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Renames the schemas. Readers do not wait: they look up the name of the schema in each statement,
    /// and the server plans a prepared one anew. A version that was never run has no schema.
    async fn exchange(
        &self,
        connection: &mut PgConnection,
        new: &ProjectionId,
        read: &ProjectionId,
    ) -> Result<(), StoreError> {
        let (rising, falling) =
            (self.numbered(connection, new).await?, self.numbered(connection, read).await?);
        for (version, is_read) in [(&falling, false), (&rising, true)] {
            let query = self.database.query(include_str!("../../sql/projections/set_read.sql"));
            let query = query.bind(version.projection).bind(is_read);
            connection.execute(query).await.map_err(from_sqlx)?;
        }
        let schema = &self.database.schema;
        let name = schema_name::of_name(schema, &new.name);
        let renamed = |from: &str, to: &str| format!("ALTER SCHEMA \"{from}\" RENAME TO \"{to}\"");
        if falling.is_prepared {
            self.carry_grants(connection, &falling.schema, &rising.schema).await?;
            let away = renamed(&name, &schema_name::numbered(schema, read));
            connection.execute(AssertSqlSafe(away)).await.map_err(from_sqlx)?;
        }
        let here = renamed(&rising.schema, &name);
        connection.execute(AssertSqlSafe(here)).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Removes a version with its schema.
    pub(super) async fn remove(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
        dependents: Dependents,
    ) -> Result<(), StoreError> {
        let known = self.numbered(connection, id).await?;
        self.keep_all_out(connection, known.projection).await?;
        if known.is_prepared {
            if dependents == Dependents::Refuse {
                self.has_no_dependents(connection, id, &known.schema).await?;
            }
            let rows = format!("DROP SCHEMA IF EXISTS \"{}\" CASCADE", known.schema);
            connection.execute(AssertSqlSafe(rows)).await.map_err(from_sqlx)?;
        }
        let drop = self.database.query(include_str!("../../sql/projections/drop_version.sql"));
        connection.execute(drop.bind(known.projection)).await.map_err(from_sqlx)?;
        Ok(())
    }
}
