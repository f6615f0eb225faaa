//! Rebuild without versions: empties the table, sets the progress back, and reads the log again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::{ConnectOptions, Executor};

use crate::rebuild::{Read, read};
use crate::{Run, fill};

/// The observations of the readers, and the fate of the effects.
pub struct Outcome {
    pub read: Read,
    pub effects: u64,
    pub repeated: u64,
}

const TABLES: &str = "
    CREATE SCHEMA by_hand;
    CREATE TABLE by_hand.account (id bigint PRIMARY KEY, entries bigint NOT NULL);
    CREATE TABLE by_hand.progress AS SELECT 0::bigint AS position;
    CREATE TABLE by_hand.notice (position bigint NOT NULL);";

/// A page: its rows, its effects and how far one has come, together.
const PAGE: &str = "WITH page AS (\
        SELECT position, stream, name FROM es.events \
         WHERE position > (SELECT position FROM by_hand.progress) ORDER BY position LIMIT 1000), \
    rows AS (\
        INSERT INTO by_hand.account SELECT stream, count(*) FROM page GROUP BY stream \
        ON CONFLICT (id) DO UPDATE SET entries = account.entries + excluded.entries), \
    effects AS (\
        INSERT INTO by_hand.notice SELECT position FROM page WHERE name = 'withdrawn') \
    UPDATE by_hand.progress SET position = last \
      FROM (SELECT max(position) AS last FROM page) page WHERE last IS NOT NULL";

pub async fn torture(run: &Run) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    fill::history(&database.pool, "account ", 2000, 10, 100).await?;
    database.pool.execute(TABLES).await?;
    while sqlx::query(PAGE).execute(&database.pool).await?.rows_affected() > 0 {}

    let over = Arc::new(AtomicBool::new(false));
    let connection = database.options.connect().await?;
    let reader = tokio::spawn(read("by_hand.account", connection, over.clone()));
    // What a reader knows before.
    tokio::time::sleep(Duration::from_millis(100)).await;
    database
        .pool
        .execute("TRUNCATE by_hand.account; UPDATE by_hand.progress SET position = 0")
        .await?;
    while sqlx::query(PAGE).execute(&database.pool).await?.rows_affected() > 0 {}
    over.store(true, Ordering::SeqCst);
    let read = reader.await??;
    let sql = "SELECT count(*) FROM by_hand.notice";
    let effects = database.number(sql).await?;
    let sql = "SELECT count(*) - count(DISTINCT position) FROM by_hand.notice";
    Ok(Outcome { read, effects, repeated: database.number(sql).await? })
}
