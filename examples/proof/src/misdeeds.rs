//! A projection whose handlers do to their connection what one may do to a connection, beside counting.

use es_core::prelude::*;
use es_core::{ProjectionKey, ReadModel};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Handled by adding one to the counter of its key, and otherwise by what its deed is.
#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[event(name = "tallied")]
pub struct Tallied {
    pub deed: Deed,
}

/// Deeds of a handler after it has counted.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Nothing,
    /// A transaction of its own, of the driver, committed: a savepoint, which is no misdeed.
    Nests,
    Commits,
    RollsBack,
    /// Commits and then fails.
    CommitsAndFails,
    /// Goes on after a statement that failed.
    GoesOn,
    /// Breaks a rule that speaks at the commit.
    BreaksARule,
    /// A statement that takes longer than statements may.
    TakesTooLong,
    NeverEnds,
    ChangesThePath,
    Fails,
}

impl Deed {
    /// The misdeeds after which the event is parked.
    pub const BAD: [Self; 9] = [
        Self::Commits,
        Self::RollsBack,
        Self::CommitsAndFails,
        Self::GoesOn,
        Self::BreaksARule,
        Self::TakesTooLong,
        Self::NeverEnds,
        Self::ChangesThePath,
        Self::Fails,
    ];
}

/// Counts the events of each key.
#[derive(Projection, Clone)]
#[projection(name = "tally", version = 1, events(Tallied))]
pub struct Tally;

const TABLES: &str = "
    CREATE TABLE tally (key text PRIMARY KEY, events bigint NOT NULL);
    CREATE TABLE owner (id bigint PRIMARY KEY);
    CREATE TABLE owned (owner bigint REFERENCES owner DEFERRABLE INITIALLY DEFERRED);";

/// Counts one event of a key.
pub const COUNT: &str = "INSERT INTO tally VALUES ($1, 1) \
    ON CONFLICT (key) DO UPDATE SET events = tally.events + 1";

impl Project<Tallied, PgConnection> for Tally {
    async fn project(
        &self,
        event: Recorded<Tallied>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let key = ProjectionKey::of_stream(&event.stream);
        let deed = event.event.deed;
        if deed == Deed::Nests {
            let mut tx = db.begin().await?;
            sqlx::query(COUNT).bind(key.as_str()).execute(&mut *tx).await?;
            tx.commit().await?;
            return Ok(());
        }
        sqlx::query(COUNT).bind(key.as_str()).execute(&mut *db).await?;
        does(deed, db).await
    }
}

async fn does(deed: Deed, db: &mut PgConnection) -> Result<(), ProjectError> {
    let says = match deed {
        Deed::Nothing | Deed::Nests => return Ok(()),
        Deed::Commits => "COMMIT",
        Deed::RollsBack => "ROLLBACK",
        Deed::CommitsAndFails => {
            // It looks away from how that goes.
            let _ = says("COMMIT", db).await;
            return Err(ProjectError::new("it committed and failed"));
        }
        Deed::GoesOn => {
            let _ = says("INSERT INTO owner VALUES (NULL)", db).await;
            return Ok(());
        }
        Deed::BreaksARule => "INSERT INTO owned VALUES (7)",
        Deed::TakesTooLong => "SELECT pg_sleep(60)",
        Deed::NeverEnds => std::future::pending().await,
        Deed::ChangesThePath => "SET search_path = public",
        Deed::Fails => return Err(ProjectError::new("it fails")),
    };
    Ok(self::says(says, db).await?)
}

async fn says(sql: &'static str, db: &mut PgConnection) -> Result<(), sqlx::Error> {
    db.execute(AssertSqlSafe(sql)).await.map(drop)
}

impl ReadModel<PgConnection> for Tally {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute(TABLES).await?;
        Ok(())
    }
}
