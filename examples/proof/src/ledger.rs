//! A projection that cannot handle some events until it is cured.

use es_core::prelude::*;
use es_core::{ProjectionKey, ReadModel};
use sqlx::{Executor, PgConnection};

use crate::domain::{Deposited, Withdrawn};

/// Keeps a list of deposits, and of withdrawals only once it is cured.
#[derive(Projection, Clone)]
#[projection(name = "ledger", version = 1, events(Deposited, Withdrawn))]
pub struct Ledger {
    pub is_cured: bool,
}

const TABLE: &str = "CREATE TABLE entry (\
    serial bigint GENERATED ALWAYS AS IDENTITY, position bigint NOT NULL, key text NOT NULL)";

impl Ledger {
    async fn write<E>(event: &Recorded<E>, db: &mut PgConnection) -> Result<(), ProjectError> {
        let key = ProjectionKey::of_stream(&event.stream);
        let sql = "INSERT INTO entry (position, key) VALUES ($1, $2)";
        let position = i64::try_from(event.position.0)?;
        sqlx::query(sql).bind(position).bind(key.as_str()).execute(db).await?;
        Ok(())
    }
}

impl Project<Deposited, PgConnection> for Ledger {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        Self::write(&event, db).await
    }
}

impl Project<Withdrawn, PgConnection> for Ledger {
    /// The row is there when it fails: what a handler leaves behind is undone.
    async fn project(
        &self,
        event: Recorded<Withdrawn>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        Self::write(&event, db).await?;
        if self.is_cured { Ok(()) } else { Err(ProjectError::new("withdrawals are not known")) }
    }
}

impl ReadModel<PgConnection> for Ledger {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute(TABLE).await?;
        Ok(())
    }
}
