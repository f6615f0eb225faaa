//! The events that a version must receive: those that any release of it reads.

use es_core::projection::Registration;
use es_core::{EventName, StoreError, StoreErrorKind};
use sqlx::{Executor, PgConnection, Row};

use crate::error::from_sqlx;
use crate::pool::session::Session;

use super::PgProjections;
use super::version::unknown;

impl PgProjections {
    /// A release that reads more takes the slots from all nodes: older ones, which would pass by what
    /// they were not told of, learn of it before they are given a slot again.
    ///
    /// ```text
    /// old node      reads up to 900 ……………………… COMMIT: its slots are gone, all of it is undone; claims, asks
    /// newer one            types, no owner   appends `mail-bounced` at 901
    /// ```
    pub(super) async fn owe_types(&self, registration: &Registration) -> Result<(), StoreError> {
        let mut session = self.store.session().await?;
        let owed = self.owed_types(&mut session, registration).await;
        let (_, owed) = session.end_after(owed).await?;
        if registration.added_to(&owed).is_none() {
            return Ok(());
        }
        let begin = "BEGIN ISOLATION LEVEL READ COMMITTED".to_owned();
        let mut session = Session::begin(&self.store.connections, begin).await?;
        match self.owe_types_alone(&mut session, registration).await {
            Ok(()) => session.close_with("").await.map_err(from_sqlx),
            Err(error) => {
                session.rollback().await?;
                Err(error)
            }
        }
    }

    /// Checks again with all others kept out.
    async fn owe_types_alone(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
    ) -> Result<(), StoreError> {
        let lock = self.store.query(include_str!("../../sql/projections/lock_versions.sql"));
        let lock = lock.bind(registration.id.name.as_str());
        lock.fetch_all(&mut *connection).await.map_err(from_sqlx)?;
        let (projection, owed) = self.owed_types(connection, registration).await?;
        let Some(types) = registration.added_to(&owed) else {
            return Ok(());
        };
        self.keep_all_out(connection, projection).await?;
        let owe = self.store.query(include_str!("../../sql/projections/owe_types.sql"));
        let types = types.iter().map(EventName::as_str).collect::<Vec<_>>();
        connection.execute(owe.bind(projection).bind(types)).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// The number of the version, and the names of the events that it must receive.
    async fn owed_types(
        &self,
        connection: &mut PgConnection,
        registration: &Registration,
    ) -> Result<(i32, Vec<EventName>), StoreError> {
        let query = self.of(&registration.id, include_str!("../../sql/projections/types.sql"));
        let row = query.fetch_optional(connection).await.map_err(from_sqlx)?;
        let row = row.ok_or_else(|| unknown(&registration.id))?;
        let types: Vec<String> = row.try_get(1).map_err(from_sqlx)?;
        let types = types.into_iter().map(EventName::new).collect::<Result<_, _>>();
        let types = types.map_err(|why| StoreError::new(StoreErrorKind::Corrupt, why))?;
        Ok((row.try_get(0).map_err(from_sqlx)?, types))
    }
}
