//! Stalls of a reader: a foreign transaction that stays open, and holes in the positions.

use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_postgres::PgStore;
use sqlx::PgPool;

use crate::append::deposits;
use crate::domain::Account;
use crate::report::{Cell, Table};
use crate::{Run, progress};

/// Holes left by appends that were rolled back.
const HOLES: u64 = 10_000;

pub async fn tables(run: &mut Run) -> anyhow::Result<()> {
    let mut table = Table::new(
        "Readers do not wait",
        "A transaction that does not append stays open while others append; the log is read as it is \
         written. Then appends of ten events are rolled back, and a reader comes by.",
        &["what", "es", "baseline", "the baseline is", "target"],
    );
    let broken = foreign(run, &mut table).await? + holes(run, &mut table).await?;
    run.report.add(table);
    let mut table = Table::of_guarantees("Nothing is held back", "Counted in the runs above.");
    table.guarantee("acknowledged events that a reader did not get in its time", broken, "both");
    run.report.add(table);
    Ok(())
}

/// Answers with the number of events that were held back.
async fn foreign(run: &Run, table: &mut Table) -> anyhow::Result<u64> {
    progress("stall under a foreign transaction");
    let database = run.server.database().await?;
    let mut foreign = database.pool.begin().await?;
    sqlx::query("SELECT pg_current_xact_id()").execute(&mut *foreign).await?;
    let until = Instant::now() + run.options.torture() / 4;
    let begun = Instant::now();
    let (mut seen, mut slowest, mut naive, mut appended) = (Position::START, 0.0_f64, 0, 0_u64);
    while Instant::now() < until {
        let stream = StreamId::of::<Account>(&"busy".to_owned())?;
        let done = database.store.append(deposits(stream, ExpectedVersion::Any, 1)?).await?;
        appended += 1;
        let written = Instant::now();
        let target = done.position().unwrap_or_default();
        while seen < target && written.elapsed() < Duration::from_secs(1) {
            seen = last(&database.store, seen).await?;
        }
        slowest = slowest.max(written.elapsed().as_secs_f64());
        naive = seen_below_the_horizon(&database.pool).await?;
    }
    let held = begun.elapsed().as_secs_f64();
    let missing = appended.abs_diff(database_count(&database.store).await?);
    foreign.rollback().await?;
    table.row(vec![
        Cell::text(format!("longest wait for an event, foreign transaction open for {held:.1} s")),
        Cell::text(format!("{:.1} ms", slowest * 1000.0)),
        Cell::text(format!("{held:.1} s, {naive} of {appended} events seen")),
        Cell::text("a reader below pg_snapshot_xmin"),
        Cell::text("0 s"),
    ]);
    Ok(missing)
}

async fn database_count(store: &PgStore) -> anyhow::Result<u64> {
    let (mut at, mut count) = (Position::START, 0);
    loop {
        let page = store.log_page(Cursor::After(at), 1000).await?;
        let Some(last) = page.events.last() else { return Ok(count) };
        at = last.position;
        count += page.events.len() as u64;
    }
}

async fn last(store: &PgStore, after: Position) -> anyhow::Result<Position> {
    let page = store.log_page(Cursor::After(after), 1000).await?;
    Ok(page.events.last().map_or(after, |event| event.position))
}

async fn seen_below_the_horizon(pool: &PgPool) -> anyhow::Result<i64> {
    let sql = "SELECT count(*) FROM es.events \
        WHERE xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint";
    Ok(sqlx::query_scalar(sql).fetch_one(pool).await?)
}

/// Answers with the number of events that were not reached.
async fn holes(run: &Run, table: &mut Table) -> anyhow::Result<u64> {
    progress("holes of rolled-back appends");
    let database = run.server.database().await?;
    let mut connection = database.connections(1).await?.remove(0);
    let stream = |name: &str| StreamId::of::<Account>(&name.to_owned());
    for nth in 0..HOLES / 10 {
        let mut tx = sqlx::Connection::begin(&mut connection).await?;
        let append = deposits(stream("never")?, ExpectedVersion::Any, 10)?;
        database.store.append_within(&mut tx, append).await?;
        tx.rollback().await?;
        if nth % 10 == 0 {
            let append = deposits(stream("between")?, ExpectedVersion::Any, 1)?;
            database.store.append(append).await?;
        }
    }
    let appended = HOLES / 100;
    let begun = Instant::now();
    let read = database_count(&database.another_store()).await?;
    let took = begun.elapsed().as_secs_f64();
    let passed = patient(&database.pool).await?;
    table.row(vec![
        Cell::text(format!("{HOLES} holes passed, {appended} events between them")),
        Cell::text(format!("{:.1} ms", took * 1000.0)),
        Cell::text(format!("{passed} events in 1 s")),
        Cell::text("a reader that waits 50 ms at a hole, whether it fills"),
        Cell::text("< 1 s"),
    ]);
    Ok(appended.abs_diff(read))
}

/// Reads for a second, and waits wherever a position is missing.
async fn patient(pool: &PgPool) -> anyhow::Result<usize> {
    let positions: Vec<i64> =
        sqlx::query_scalar("SELECT position FROM es.events ORDER BY position")
            .fetch_all(pool)
            .await?;
    let begun = Instant::now();
    let mut at = 0;
    for (read, position) in positions.iter().enumerate() {
        if *position > at + 1 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if begun.elapsed() > Duration::from_secs(1) {
            return Ok(read);
        }
        at = *position;
    }
    Ok(positions.len())
}
