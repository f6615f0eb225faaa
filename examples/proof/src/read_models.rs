//! The read model that is measured: a row for each account, written event by event or a page at once.

use std::collections::HashMap;

use es_core::prelude::*;
use es_core::{ProjectAll, ReadModel};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::domain::{Deposited, Withdrawn};

/// The table, wherever it is.
pub const ACCOUNT: &str = "CREATE TABLE account (\
    id text PRIMARY KEY, cents bigint NOT NULL, entries bigint NOT NULL, last bigint NOT NULL)";

/// One event.
const ENTER: &str = "INSERT INTO account VALUES ($1, $2, 1, $3) ON CONFLICT (id) DO UPDATE \
    SET cents = account.cents + excluded.cents, entries = account.entries + 1, last = excluded.last";

/// The statement that writes what follows from a page.
const ENTER_ALL: &str = "INSERT INTO account \
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) ON CONFLICT (id) DO UPDATE \
    SET cents = account.cents + excluded.cents, entries = account.entries + excluded.entries, \
        last = excluded.last";

/// The change that an event makes to the row of its account.
pub trait Entry {
    fn cents(&self) -> i64;
    fn number(&self) -> u64;
}

impl Entry for Deposited {
    fn cents(&self) -> i64 {
        self.cents.into()
    }

    fn number(&self) -> u64 {
        self.number
    }
}

impl Entry for Withdrawn {
    fn cents(&self) -> i64 {
        -i64::from(self.cents)
    }

    fn number(&self) -> u64 {
        self.number
    }
}

/// Writes one event into the row of its account.
pub async fn enter(
    account: &str,
    entry: &impl Entry,
    db: &mut PgConnection,
) -> Result<(), ProjectError> {
    let (cents, number) = (entry.cents(), i64::try_from(entry.number())?);
    sqlx::query(ENTER).bind(account).bind(cents).bind(number).execute(db).await?;
    Ok(())
}

/// The changes that a page of events makes to the rows of their accounts.
#[derive(Default)]
pub struct Folded<'a> {
    rows: HashMap<&'a str, (i64, i64, i64)>,
}

impl<'a> Folded<'a> {
    pub fn add(&mut self, account: &'a str, entry: &impl Entry) -> Result<(), ProjectError> {
        let (cents, entries, last) = self.rows.entry(account).or_default();
        *cents += entry.cents();
        *entries += 1;
        *last = entry.number().try_into()?;
        Ok(())
    }

    pub async fn write(self, db: &mut PgConnection) -> Result<(), ProjectError> {
        let (mut accounts, mut cents, mut entries, mut lasts) = (vec![], vec![], vec![], vec![]);
        for (account, (sum, count, last)) in self.rows {
            accounts.push(account);
            cents.push(sum);
            entries.push(count);
            lasts.push(last);
        }
        let write = sqlx::query(ENTER_ALL).bind(accounts).bind(cents).bind(entries).bind(lasts);
        write.execute(db).await?;
        Ok(())
    }
}

/// Event by event.
#[derive(Projection, Clone)]
#[projection(name = "balances", version = 1, events(Deposited, Withdrawn))]
pub struct Balances;

impl Project<Deposited, PgConnection> for Balances {
    async fn project(
        &self,
        event: Recorded<Deposited>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        enter(event.stream.key().as_str(), &event.event, db).await
    }
}

impl Project<Withdrawn, PgConnection> for Balances {
    async fn project(
        &self,
        event: Recorded<Withdrawn>,
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        enter(event.stream.key().as_str(), &event.event, db).await
    }
}

impl ReadModel<PgConnection> for Balances {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        sqlx::query(ACCOUNT).execute(db).await?;
        Ok(())
    }
}

/// A page at once.
#[derive(Projection, Clone)]
#[projection(name = "balances-at-once", version = 1, events(Deposited, Withdrawn), bulk)]
pub struct BalancesAtOnce;

impl ProjectAll<PgConnection> for BalancesAtOnce {
    async fn project_all(
        &self,
        events: &[Recorded<BalancesAtOnceEvent>],
        db: &mut PgConnection,
    ) -> Result<(), ProjectError> {
        let mut folded = Folded::default();
        for event in events {
            let account = event.stream.key().as_str();
            match &event.event {
                BalancesAtOnceEvent::Deposited(deposited) => folded.add(account, deposited)?,
                BalancesAtOnceEvent::Withdrawn(withdrawn) => folded.add(account, withdrawn)?,
            }
        }
        folded.write(db).await
    }
}

impl ReadModel<PgConnection> for BalancesAtOnce {
    async fn create(&self, db: &mut PgConnection) -> Result<(), ProjectError> {
        sqlx::query(ACCOUNT).execute(db).await?;
        Ok(())
    }
}

/// Rows of `table` that are not what follows from the log, or are missing, or too many: counted by SQL
/// that knows nothing of projections.
pub async fn wrong_rows(pool: &PgPool, table: &str) -> anyhow::Result<u64> {
    let sql = format!(
        "WITH truth AS (\
            SELECT key AS id, count(*) AS entries, \
                   sum(CASE name WHEN 'deposited' THEN 1 ELSE -1 END * (payload ->> 'cents')::bigint)::bigint \
                       AS cents, \
                   (array_agg((payload ->> 'number')::bigint ORDER BY events.version DESC))[1] AS last \
              FROM es.events JOIN es.streams ON streams.id = events.stream \
             WHERE name IN ('deposited', 'withdrawn') GROUP BY key) \
        SELECT count(*) FROM truth FULL JOIN {table} AS found USING (id) \
         WHERE (truth.cents, truth.entries, truth.last) \
               IS DISTINCT FROM (found.cents, found.entries, found.last)"
    );
    let wrong: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(pool).await?;
    Ok(wrong.try_into()?)
}
