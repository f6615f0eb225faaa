//! A projection whose rows are effects: one for each event, never changed, with the process that wrote
//! it and with whoever had its slot when that was committed.

use std::time::Duration;

use es_core::prelude::*;
use es_core::{ProjectionKey, ReadModel, projection::Slot};
use sqlx::{Executor, PgConnection, PgPool};

use crate::domain::{Deposited, Withdrawn};

/// Notes its name with all that it writes.
#[derive(Projection, Clone)]
#[projection(name = "effects", version = 1, events(Deposited, Withdrawn))]
pub struct Effects {
    process: String,
}

/// The trigger runs when a transaction is committed, and notes what the leases say in that moment.
const TABLES: &str = "
    CREATE TABLE effect (
        serial   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        position bigint NOT NULL,
        key      text   NOT NULL,
        slot     smallint NOT NULL,
        process  text   NOT NULL);
    CREATE TABLE committed (serial bigint PRIMARY KEY, owner uuid, epoch bigint);
    CREATE FUNCTION note_committed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO effects.committed
        SELECT NEW.serial, owner, epoch FROM es.leases
         WHERE projection = (SELECT id FROM es.projections WHERE name = 'effects') AND slot = NEW.slot;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION note_committed();";

/// The duration of an effect: batches take long enough that processes are killed and paused within
/// them.
pub const TAKES: Duration = Duration::from_millis(4);

impl Effects {
    pub fn of(process: &str) -> Self {
        Self { process: process.to_owned() }
    }

    async fn write<E>(
        &self,
        event: Recorded<E>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let key = ProjectionKey::of_stream(&event.stream);
        let sql = "INSERT INTO effect (position, key, slot, process) VALUES ($1, $2, $3, $4)";
        sqlx::query(sql)
            .bind(i64::try_from(event.position.0)?)
            .bind(key.as_str())
            .bind(i16::from(Slot::of(&key).number()))
            .bind(&self.process)
            .execute(db)
            .await?;
        tokio::time::sleep(TAKES).await;
        Ok(())
    }
}

impl Project<Deposited, PgConnection> for Effects {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        self.write(event, db).await
    }
}

impl Project<Withdrawn, PgConnection> for Effects {
    async fn project(
        &self,
        event: Recorded<Withdrawn>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        self.write(event, db).await
    }
}

impl ReadModel<PgConnection> for Effects {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        db.execute(TABLES).await?;
        Ok(())
    }
}

/// The differences between the effects and the events of the log. Every count but the first must be
/// 0.
#[derive(Default)]
pub struct Audit {
    pub events: u64,
    pub lost: u64,
    pub doubled: u64,
    /// Effects before that of an event of the same key that comes before it in the log.
    pub inverted: u64,
    /// Committed by a process while another one had the slot.
    pub zombies: u64,
}

/// The query of the differences, of a table of effects with the columns `serial`, `position` and
/// `key`.
macro_rules! differences {
    ($table:literal) => {
        concat!(
            "SELECT (SELECT count(*) FROM es.events), \
                (SELECT count(*) FROM es.events WHERE NOT EXISTS \
                    (SELECT FROM ",
            $table,
            " effect WHERE effect.position = events.position)), \
                (SELECT count(*) - count(DISTINCT position) FROM ",
            $table,
            "), \
                (SELECT count(*) FROM (SELECT position - lag(position, 1, 0::bigint) \
                    OVER (PARTITION BY key ORDER BY serial) AS step FROM ",
            $table,
            ") steps WHERE step < 0)"
        )
    };
}

/// Each process has an owner's name of its own in the leases: the one that its effects were committed
/// under. Those of another process under the same name, or under none, are a zombie's.
const ZOMBIES: &str = "SELECT (sum(effects) - coalesce(sum(effects) FILTER (WHERE nth = 1 AND owner IS NOT NULL), 0))::bigint FROM (\
    SELECT owner, count(*) AS effects, \
           row_number() OVER (PARTITION BY owner ORDER BY count(*) DESC) AS nth \
      FROM effects.effect LEFT JOIN effects.committed USING (serial) GROUP BY owner, process) owners";

impl Audit {
    pub async fn of_effects(pool: &PgPool) -> anyhow::Result<Self> {
        let audit = Self::of(pool, differences!("effects.effect")).await?;
        let zombies: Option<i64> = sqlx::query_scalar(ZOMBIES).fetch_one(pool).await?;
        Ok(Self { zombies: zombies.unwrap_or(0).try_into()?, ..audit })
    }

    pub async fn of_naive_effects(pool: &PgPool) -> anyhow::Result<Self> {
        Self::of(pool, differences!("naive.effect")).await
    }

    pub async fn of_ledger(pool: &PgPool) -> anyhow::Result<Self> {
        Self::of(pool, differences!("ledger.entry")).await
    }

    pub async fn of_mails(pool: &PgPool) -> anyhow::Result<Self> {
        Self::of(pool, differences!("mails.sent")).await
    }

    async fn of(pool: &PgPool, sql: &'static str) -> anyhow::Result<Self> {
        let counts: (i64, i64, i64, i64) = sqlx::query_as(sql).fetch_one(pool).await?;
        let (events, lost, doubled, inverted) = counts;
        Ok(Self {
            events: events.try_into()?,
            lost: lost.try_into()?,
            doubled: doubled.try_into()?,
            inverted: inverted.try_into()?,
            zombies: 0,
        })
    }
}
