//! Ten thousand keys that cannot be handled: what they cost the others, and what becomes of them.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use es_core::ProjectionName;
use es_core::projection::{ParkedSelector, ProjectionStore};

use crate::catch_up::{LONG, head, reaches};
use crate::effects::Audit;
use crate::ledger::Ledger;
use crate::measure::per_second;
use crate::node::Job;
use crate::processes::{Kind, Process};
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, fill, progress};

/// Events of each key.
const EACH: u64 = 3;

pub async fn tables(run: &mut Run) -> anyhow::Result<()> {
    let keys = run.options.count(1_000, 10_000).min(10_000);
    let about = format!(
        "{keys} keys of {EACH} events, of which the first fails or none; then as many events of other keys, \
         which are all right, then a while without any. Scans are those of parked events."
    );
    let columns = [
        "keys that fail",
        "first, events/s",
        "then, events/s",
        "scans per 1,000 events",
        "idle scans/s",
        "memory MB",
    ];
    let mut table = Table::new("Keys that fail", about, &columns);
    progress("parked: none");
    let (none, row) = measure(run, keys, false).await?;
    run.server.drop(none).await?;
    table.row(row);
    progress(&format!("parked: {keys}"));
    let (database, row) = measure(run, keys, true).await?;
    table.row(row);
    run.report.add(table);
    cure(run, &database, keys).await
}

async fn measure(run: &Run, keys: u64, fail: bool) -> anyhow::Result<(Database, Vec<Cell>)> {
    let database = run.server.database().await?;
    fill::history(&database.pool, "key ", keys, EACH, u64::from(fail)).await?;
    fill::analyze(&database.pool).await?;
    let kind = Kind { lease: Duration::from_secs(2), ..Kind::of(Job::Ledger) };
    let (node, first) = caught_up(&kind, &database, keys * EACH).await?;
    // What is filled in is not announced to readers: none is there.
    node.leave().await?;
    fill::history(&database.pool, "other ", keys, EACH, 0).await?;
    fill::analyze(&database.pool).await?;
    let before = scans(&database).await?;
    let (node, then) = caught_up(&kind, &database, keys * EACH).await?;
    let (after, begun) = (scans(&database).await?, Instant::now());
    let idle = per_second(scans(&database).await? - after, begun.elapsed());
    let memory = node.memory().map_or(Cell::Nothing, |kilobytes| Cell::count(kilobytes / 1024));
    node.leave().await?;
    let per_thousand = per_second(after - before, Duration::from_secs(keys * EACH)) * 1000.0;
    let row = vec![
        Cell::count(if fail { keys } else { 0 }),
        Cell::number(first, 0),
        Cell::number(then, 0),
        Cell::number(per_thousand, 1),
        Cell::number(idle, 1),
        memory,
    ];
    Ok((database, row))
}

/// A process that has come to the end of the log, and at how many events a second.
async fn caught_up(
    kind: &Kind,
    database: &Database,
    events: u64,
) -> anyhow::Result<(Process, f64)> {
    let begun = Instant::now();
    let node = kind.start(database, "ledger").await?;
    reaches(database, "ledger", head(database).await?).await?;
    Ok((node, per_second(events, begun.elapsed())))
}

/// The number of scans of the parked events. Sessions report it once a second.
async fn scans(database: &Database) -> anyhow::Result<u64> {
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let sql = "SELECT (coalesce(sum(seq_scan), 0) + coalesce(sum(idx_scan), 0))::bigint \
        FROM pg_stat_user_tables WHERE schemaname = 'es' AND relname = 'parked'";
    database.number(sql).await
}

/// The handler is mended and everything tried again.
async fn cure(run: &mut Run, database: &Database, keys: u64) -> anyhow::Result<()> {
    let (parked_keys, parked_events) = parked(database).await?;
    let before = Audit::of_ledger(&database.pool).await?;
    progress("parked: cured");
    let kind = Kind { lease: Duration::from_secs(2), ..Kind::of(Job::LedgerCured) };
    let node = kind.start(database, "cured").await?;
    let begun = Instant::now();
    let replayed = database.projections().of::<Ledger>().replay(&ParkedSelector::All).await?;
    while parked(database).await?.1 > 0 {
        ensure!(begun.elapsed() < LONG, "what was replayed does not come to an end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = begun.elapsed();
    node.leave().await?;
    let after = Audit::of_ledger(&database.pool).await?;

    let about = format!(
        "The first event of each of {keys} keys fails, and leaves a row behind before it does. Then the \
         handler is mended and all of them are replayed: {:.0} keys a second.",
        per_second(keys, took),
    );
    let mut table = Table::of_guarantees("Keys that fail: nothing is lost, and in order", about);
    let of = format!("{keys} keys");
    table.guarantee("keys that are not parked", parked_keys.abs_diff(keys), &of);
    let waiting = format!("{} events", keys * EACH);
    table.guarantee("events that do not wait", parked_events.abs_diff(keys * EACH), &waiting);
    table.guarantee("rows of events that failed", before.lost.abs_diff(keys * EACH), &waiting);
    table.guarantee("keys that are not replayed", replayed.abs_diff(keys), &of);
    let of = format!("{} events", after.events);
    table.guarantee("events lost in the end", after.lost, &of);
    table.guarantee("events handled twice", after.doubled, &of);
    table.guarantee("events handled out of the order of their key", after.inverted, &of);
    run.report.add(table);
    Ok(())
}

/// Keys and events that are parked.
async fn parked(database: &Database) -> anyhow::Result<(u64, u64)> {
    let name = ProjectionName::new("ledger")?;
    let versions = database.store.projections().versions(Some(&name)).await?;
    let version = versions.first().context("the projection is not known")?;
    Ok((version.parked_keys, version.parked_events))
}
