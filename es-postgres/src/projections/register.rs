//! Registration of versions.

use es_core::projection::{RegisterError, Registration, VersionState};
use es_core::{ProjectionId, ProjectionName, StoreError, StoreErrorKind};
use sqlx::{Executor, PgConnection, Row};

use crate::append::arrays::bigint;
use crate::error::from_sqlx;
use crate::pool::session::Session;
use crate::schema::sql_name::{LONGEST, needs_quotes};
use crate::schema::statements::Schema;

use super::PgProjections;
use super::exclusive_build::INLINE;
use super::schema_name;
use super::version::Known;

/// The lock for changes of versions: two names that share a schema must not be found free at once.
/// It waits only for other registrations and for the short updates that mark a version as prepared,
/// stopped or swapped.
fn alone(schema: &Schema) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED; \
         LOCK TABLE {}.projections IN SHARE ROW EXCLUSIVE MODE",
        schema.name()
    )
}

impl PgProjections {
    /// Registers a version. Looks it up first, since it nearly always exists; if it does not, looks
    /// again with all others kept out.
    pub(super) async fn register_version(
        &self,
        registration: &Registration,
    ) -> Result<VersionState, RegisterError> {
        let mut session = self.store.session().await?;
        let known = self.registered(&mut session, registration).await;
        if let Ok(Some(_)) | Err(_) = known {
            let known = session.end_after(known).await?;
            return Ok(known.unwrap_or(VersionState::Building));
        }
        session.end().await?;

        let begin = alone(&self.store.schema);
        let mut session = Session::begin(&self.store.connections, begin).await?;
        match self.register_alone(&mut session, registration).await {
            Ok(state) => {
                session.close_with("").await.map_err(from_sqlx)?;
                Ok(state)
            }
            Err(error) => {
                session.rollback().await?;
                Err(error)
            }
        }
    }

    async fn register_alone(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
    ) -> Result<VersionState, RegisterError> {
        if let Some(state) = self.registered(connection, registration).await? {
            return Ok(state);
        }
        let id = &registration.id;
        let read = self.read_version(connection, &id.name).await?;
        let (state, text) = match &read {
            None => (VersionState::Serving, "serving"),
            Some(read) if read.id.version > id.version => (VersionState::Retired, "retired"),
            Some(_) => (VersionState::Building, "building"),
        };
        if state == VersionState::Retired && registration.keyed_by == INLINE {
            // It is run by nobody, and its appends are refused.
            return Ok(state);
        }
        self.has_a_place(connection, registration, read.as_ref()).await?;
        let types = registration.types.iter().map(es_core::EventName::as_str);
        let register = self
            .store
            .query(include_str!("../../sql/projections/register.sql"))
            .bind(id.name.as_str())
            .bind(i64::from(id.version))
            .bind(text)
            .bind(read.is_none())
            .bind(&registration.keyed_by)
            .bind(types.collect::<Vec<_>>())
            .bind(registration.has_effects)
            .bind(registration.incarnation.as_uuid())
            .bind(bigint(registration.start.0))
            .bind(bigint(registration.log_end.0))
            .bind(bigint(registration.effects_after.0));
        connection.execute(register).await.map_err(from_sqlx)?;
        Ok(state)
    }

    /// The state of a known version; fails if it, or an unknown one, may not be run at all.
    async fn registered(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
    ) -> Result<Option<VersionState>, RegisterError> {
        let id = &registration.id;
        let read = self.read_version(connection, &id.name).await?;
        if let Some(known) = self.known(connection, id).await? {
            registration.check_same(&known.keyed_by, known.incarnation)?;
            return Ok(Some(known.state()));
        }
        if let Some(read) = read.filter(|read| read.id.version < id.version) {
            registration.check_successor(&read.keyed_by)?;
        }
        Ok(None)
    }

    /// Checks that nothing is in the way of the rows of a new version, now and when it is swapped
    /// in.
    async fn has_a_place(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
        read: Option<&Known>,
    ) -> Result<(), RegisterError> {
        let id = &registration.id;
        let schema = &self.store.schema;
        let names = self.store.query(include_str!("../../sql/projections/names.sql"));
        let names = names.bind(id.name.as_str()).fetch_all(&mut *connection).await;
        for row in names.map_err(from_sqlx)? {
            let other: &str = row.try_get(0).map_err(from_sqlx)?;
            let other = ProjectionName::new(other)
                .map_err(|why| StoreError::new(StoreErrorKind::Corrupt, why))?;
            if let Some(place) = schema_name::shared(schema, &id.name, &other) {
                return Err(RegisterError::SameName { id: id.clone(), other, place });
            }
            registration.may_stand_beside(&other)?;
        }
        let mut needed = match read {
            None => vec![schema_name::of_name(schema, &id.name)],
            Some(read) => {
                vec![schema_name::numbered(schema, id), schema_name::numbered(schema, &read.id)]
            }
        };
        let too_long = needed.iter().find(|place| place.len() > LONGEST);
        if let Some(place) = too_long {
            let place = place.clone();
            return Err(RegisterError::PlaceTooLong { id: id.clone(), place, max: LONGEST });
        }
        // A name that was taken by an earlier release stays what it is.
        if read.is_none() && needs_quotes(&needed[0]) {
            let place = needed.swap_remove(0);
            return Err(RegisterError::NeedsQuotes { id: id.clone(), place });
        }
        let taken = self.store.query(include_str!("../../sql/projections/schemas.sql"));
        let taken = taken.bind(&needed).fetch_optional(connection).await.map_err(from_sqlx)?;
        let taken = taken.map(|row| row.try_get(0)).transpose().map_err(from_sqlx)?;
        let reserved = || needed.into_iter().find(|schema| schema_name::is_reserved(schema));
        match taken.or_else(reserved) {
            None => Ok(()),
            Some(place) => Err(RegisterError::PlaceTaken { id: id.clone(), place }),
        }
    }

    pub(super) async fn known(
        &self,
        connection: &mut PgConnection,
        id: &ProjectionId,
    ) -> Result<Option<Known>, StoreError> {
        let query = self
            .store
            .query(include_str!("../../sql/projections/known.sql"))
            .bind(id.name.as_str())
            .bind(i64::from(id.version));
        let row = query.fetch_optional(connection).await.map_err(from_sqlx)?;
        row.map(|row| Known::of(&row, &id.name)).transpose()
    }

    /// The version whose rows are read.
    pub(super) async fn read_version(
        &self,
        connection: &mut PgConnection,
        name: &ProjectionName,
    ) -> Result<Option<Known>, StoreError> {
        let query = self.store.query(include_str!("../../sql/projections/read_version.sql"));
        let row = query.bind(name.as_str()).fetch_optional(connection).await.map_err(from_sqlx)?;
        row.map(|row| Known::of(&row, name)).transpose()
    }
}
