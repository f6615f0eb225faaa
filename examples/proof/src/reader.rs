//! Readers that follow the log while it is written, and what they missed.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_postgres::PgStore;
use sqlx::PgPool;

/// The events that one reader saw, in the order in which it saw them.
#[derive(Default)]
pub struct Seen {
    positions: Vec<u64>,
    last: HashMap<String, u64>,
    inverted: u64,
}

/// The events that the readers of one kind missed.
#[derive(Default)]
pub struct Missed {
    pub read: u64,
    pub lost: u64,
    pub doubled: u64,
    pub inverted: u64,
}

impl Seen {
    fn event(&mut self, position: u64, stream: String, version: u64) {
        let before = self.last.insert(stream, version).unwrap_or(0);
        let behind = self.positions.last().is_some_and(|last| *last >= position);
        self.inverted += u64::from(behind || version <= before);
        self.positions.push(position);
    }
}

impl Missed {
    pub fn add(&mut self, seen: &Seen, truth: &HashSet<u64>) {
        let different: HashSet<u64> = seen.positions.iter().copied().collect();
        self.read += truth.len() as u64;
        self.lost += truth.difference(&different).count() as u64;
        self.doubled += (seen.positions.len() - different.len()) as u64;
        self.inverted += seen.inverted;
    }
}

/// Follows the log of the store until `over`, and then to its end.
pub async fn follow(store: PgStore, over: Arc<AtomicBool>) -> anyhow::Result<Seen> {
    let mut seen = Seen::default();
    let mut at = Position::START;
    loop {
        let last = over.load(Ordering::SeqCst);
        let page = store.log_page(Cursor::After(at), 500).await?;
        for event in &page.events {
            at = event.position;
            seen.event(at.0, event.stream.to_string(), event.version.0);
        }
        match (page.events.is_empty(), last) {
            (true, true) => return Ok(seen),
            (true, false) => tokio::time::sleep(Duration::from_millis(1)).await,
            (false, _) => {}
        }
    }
}

/// Asks for everything that is greater than the greatest position it has, until `over`, and then to
/// the end.
pub async fn follow_naively(pool: PgPool, over: Arc<AtomicBool>) -> anyhow::Result<Seen> {
    let sql = "SELECT position, stream, version FROM es.events \
        WHERE position > $1 ORDER BY position LIMIT 500";
    let mut seen = Seen::default();
    let mut at = 0_i64;
    loop {
        let last = over.load(Ordering::SeqCst);
        let rows: Vec<(i64, i64, i64)> = sqlx::query_as(sql).bind(at).fetch_all(&pool).await?;
        for (position, stream, version) in &rows {
            at = *position;
            seen.event((*position).try_into()?, stream.to_string(), (*version).try_into()?);
        }
        match (rows.is_empty(), last) {
            (true, true) => return Ok(seen),
            (true, false) => tokio::time::sleep(Duration::from_millis(1)).await,
            (false, _) => {}
        }
    }
}

/// Every position in the store.
pub async fn truth(pool: &PgPool) -> anyhow::Result<HashSet<u64>> {
    let positions: Vec<i64> =
        sqlx::query_scalar("SELECT position FROM es.events").fetch_all(pool).await?;
    Ok(positions.into_iter().map(u64::try_from).collect::<Result<_, _>>()?)
}
