//! A projection as one writes it without a framework: pages of the log, upserts, and how far one has
//! come in the same transaction.

use anyhow::{Context, anyhow};
use es_core::ProjectError;
use sqlx::postgres::PgRow;
use sqlx::{Connection, PgConnection, Row};

use crate::domain::{Deposited, Withdrawn};
use crate::read_models::{ACCOUNT, Folded, enter};

/// The way in which the rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A transaction for each event.
    EachAlone,
    /// A transaction for each page, an upsert for each event.
    EachInPage,
    /// A transaction and an upsert for each page.
    PageAtOnce,
}

/// The query of what the handler needs, and nothing else. The page first and the names then: in one step
/// the server would sort the rest of the log for each page.
const PAGE: &str = "SELECT page.position, page.name, page.payload, streams.key \
    FROM (SELECT position, name, payload, stream FROM es.events \
           WHERE position > $1 ORDER BY position LIMIT $2) page \
    JOIN es.streams ON streams.id = page.stream ORDER BY page.position";

/// Catches up from the beginning to the end of the log. Answers how many events there were.
pub async fn catch_up(db: &mut PgConnection, way: Way, limit: u32) -> anyhow::Result<u64> {
    sqlx::query("CREATE SCHEMA by_hand").execute(&mut *db).await?;
    sqlx::query("SET search_path = by_hand").execute(&mut *db).await?;
    sqlx::query(ACCOUNT).execute(&mut *db).await?;
    sqlx::query("CREATE TABLE progress AS SELECT 0::bigint AS position").execute(&mut *db).await?;
    let (mut after, mut done) = (0_i64, 0);
    loop {
        let page = sqlx::query(PAGE).bind(after).bind(i64::from(limit)).fetch_all(&mut *db).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.try_get("position")?;
        match way {
            Way::EachAlone => {
                for row in &page {
                    let mut tx = db.begin().await?;
                    each(row, &mut tx).await?;
                    progress(row.try_get("position")?, &mut tx).await?;
                    tx.commit().await?;
                }
            }
            Way::EachInPage => {
                let mut tx = db.begin().await?;
                for row in &page {
                    each(row, &mut tx).await?;
                }
                progress(after, &mut tx).await?;
                tx.commit().await?;
            }
            Way::PageAtOnce => {
                let mut folded = Folded::default();
                for row in &page {
                    let account = row.try_get("key")?;
                    match Event::of(row)? {
                        Event::Deposited(event) => folded.add(account, &event).map_err(told)?,
                        Event::Withdrawn(event) => folded.add(account, &event).map_err(told)?,
                    }
                }
                let mut tx = db.begin().await?;
                folded.write(&mut tx).await.map_err(told)?;
                progress(after, &mut tx).await?;
                tx.commit().await?;
            }
        }
        done += page.len() as u64;
    }
}

enum Event {
    Deposited(Deposited),
    Withdrawn(Withdrawn),
}

impl Event {
    fn of(row: &PgRow) -> anyhow::Result<Self> {
        let name: &str = row.try_get("name")?;
        // The text of a `json`, as it comes off the wire.
        let payload: &str = row.try_get_unchecked("payload")?;
        match name {
            "deposited" => Ok(Self::Deposited(serde_json::from_str(payload)?)),
            "withdrawn" => Ok(Self::Withdrawn(serde_json::from_str(payload)?)),
            name => Err(anyhow!("unknown event {name}")),
        }
    }
}

async fn each(row: &PgRow, db: &mut PgConnection) -> anyhow::Result<()> {
    let account = row.try_get("key")?;
    match Event::of(row)? {
        Event::Deposited(event) => enter(account, &event, db).await.map_err(told),
        Event::Withdrawn(event) => enter(account, &event, db).await.map_err(told),
    }
}

async fn progress(position: i64, db: &mut PgConnection) -> anyhow::Result<()> {
    let moved = sqlx::query("UPDATE progress SET position = $1").bind(position).execute(db).await?;
    (moved.rows_affected() == 1).then_some(()).context("the progress is gone")
}

fn told(error: ProjectError) -> anyhow::Error {
    anyhow!(error.into_error())
}
