//! Worker as one writes it first: a lease that is looked at before a batch, and progress in the
//! same transaction as the rows.
//!
//! Each event counts exactly once, as long as no process is ever slow.

use std::time::Duration;

use sqlx::PgPool;

use crate::effects::TAKES;
use crate::node::Orders;

/// The tables that the workers share.
pub const TABLES: &str = "
    CREATE SCHEMA naive;
    CREATE TABLE naive.lease (owner text, until timestamptz NOT NULL);
    INSERT INTO naive.lease VALUES (NULL, 'epoch');
    CREATE TABLE naive.progress (position bigint NOT NULL);
    INSERT INTO naive.progress VALUES (0);
    CREATE TABLE naive.effect (
        serial   bigint GENERATED ALWAYS AS IDENTITY,
        position bigint NOT NULL,
        key      text   NOT NULL);";

const LEASE: &str = "UPDATE naive.lease \
    SET owner = $1, until = clock_timestamp() + $2 * interval '1 millisecond' \
    WHERE owner = $1 OR until < clock_timestamp()";

const PAGE: &str = "SELECT position, key FROM es.events JOIN es.streams ON streams.id = events.stream \
    WHERE position > (SELECT position FROM naive.progress) ORDER BY position LIMIT $1";

/// Works until it is dropped.
pub async fn work(orders: &Orders, pool: &PgPool) -> anyhow::Result<()> {
    loop {
        let lease = i32::try_from(orders.lease)?;
        let leased = sqlx::query(LEASE).bind(&orders.name).bind(lease).execute(pool).await?;
        let is_mine = leased.rows_affected() > 0;
        if !is_mine || !batch(pool, orders.batch).await? {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Answers whether there was anything to do.
async fn batch(pool: &PgPool, limit: u32) -> anyhow::Result<bool> {
    let page: Vec<(i64, String)> =
        sqlx::query_as(PAGE).bind(i64::from(limit)).fetch_all(pool).await?;
    let Some((last, _)) = page.last() else { return Ok(false) };
    let mut tx = pool.begin().await?;
    for (position, key) in &page {
        let sql = "INSERT INTO naive.effect (position, key) VALUES ($1, $2)";
        sqlx::query(sql).bind(position).bind(key).execute(&mut *tx).await?;
        tokio::time::sleep(TAKES).await;
    }
    sqlx::query("UPDATE naive.progress SET position = $1").bind(last).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(true)
}
