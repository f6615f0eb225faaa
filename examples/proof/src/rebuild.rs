//! A new version is built beside the one that is read, while events are appended; killed once, resumed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use es_core::projection::{ProjectionStore, VersionState, VersionStatus};
use es_core::{Position, ProjectionName};
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::task::JoinHandle;

use crate::appenders::{Appenders, Pace};
use crate::catch_up::{LONG, head, reaches};
use crate::measure::per_second;
use crate::node::Job;
use crate::processes::{Kind, Process};
use crate::read_models::wrong_rows;
use crate::releases::NOTICE;
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, fill, progress, rebuild_by_hand};

/// Rows of the read model.
const ACCOUNTS: u64 = 10_000;

/// One event of so many has an effect.
const WITHDRAWN: u64 = 100;

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let events = run.options.count(20_000, 1_000_000);
    progress("rebuild: the first version");
    let database = run.server.database().await?;
    sqlx::query(NOTICE).execute(&database.pool).await?;
    fill::history(&database.pool, "account ", ACCOUNTS, events / ACCOUNTS, WITHDRAWN).await?;
    fill::analyze(&database.pool).await?;
    let first = Kind { lease: Duration::from_secs(2), ..Kind::of(Job::TotalsFirst) };
    let first = first.start(&database, "first").await?;
    reaches(&database, "totals", head(&database).await?).await?;

    let over = Arc::new(AtomicBool::new(false));
    let mut readers: Vec<JoinHandle<anyhow::Result<Read>>> = Vec::new();
    for _ in 0..run.options.readers {
        let connection = database.options.connect().await?;
        readers.push(tokio::spawn(read("totals.account", connection, over.clone())));
    }
    let pace = Pace { pause: Duration::from_millis(5), withdrawn: 10, prefix: "new-" };
    let appenders = Appenders::start(run, &database.store, 4, pace);

    let built = build(run, &database).await?;
    // Both of them, for a while, after the swap.
    tokio::time::sleep(run.options.torture() / 2).await;
    let done = appenders.stop().await?;
    reaches(&database, "totals", done.last).await?;
    over.store(true, Ordering::SeqCst);
    let mut seen = Read::default();
    for reader in readers {
        seen += reader.await??;
    }
    built.second.leave().await?;
    first.leave().await?;
    let wrong = wrong_rows(&database.pool, "totals.account").await?;
    let [effects, lost, repeated, by_second] = notices(&database.pool).await?;
    progress("rebuild: what breaks it");
    let by_hand = rebuild_by_hand::torture(run).await?;

    let about = format!(
        "Version 2 of a read model is built beside version 1 from {events} events, while others are \
         appended ({} by the end); its process is killed when it has done {:.0} %, and started again. {} \
         readers ask for the number of rows and for the sum of their events, with prepared statements: \
         neither may ever become less. By hand: the table is emptied, and the log read again.",
        events + done.events,
        built.killed_at * 100.0,
        run.options.readers,
    );
    let mut table = Table::of_guarantees("Rebuild beside the version that is read", about);
    let what = "a table that is emptied and filled again";
    let rows = format!("{ACCOUNTS} rows and more");
    table.guarantee("rows that are wrong, missing or too many", wrong, rows);
    table.guarantee_beside(
        "reads that know less than the one before",
        (seen.backwards, format!("{} reads", seen.reads)),
        (format!("{} of {}", by_hand.read.backwards, by_hand.read.reads), what),
    );
    table.guarantee_beside(
        "reads that fail",
        (seen.errors, format!("{} reads", seen.reads)),
        (format!("{} of {}", by_hand.read.errors, by_hand.read.reads), what),
    );
    let of = format!("{effects} effects, {by_second} by version 2");
    table.guarantee("effects lost", lost, &of);
    table.guarantee_beside(
        "effects repeated",
        (repeated, &of),
        (format!("{} of {}", by_hand.repeated, by_hand.effects), what),
    );
    table.guarantee("slots that began anew after the kill", built.began_anew, "64 slots");
    run.report.add(table);

    let about = "Of the same run, without the time in which the process was dead. The longest read is that \
        of all readers.";
    let columns = ["events", "events/s", "s to the swap", "longest read ms"];
    let mut table = Table::new("Rebuild: how long it takes", about, &columns);
    table.row(vec![
        Cell::count(events),
        Cell::number(per_second(events, built.caught_up), 0),
        Cell::number(built.swapped.as_secs_f64(), 2),
        Cell::number(seen.longest.as_secs_f64() * 1000.0, 1),
    ]);
    run.report.add(table);
    Ok(())
}

struct Built {
    second: Process,
    /// The time to the end that the log had when it began.
    caught_up: Duration,
    /// The time to the swap.
    swapped: Duration,
    /// The share of the log that was done at the kill.
    killed_at: f64,
    began_anew: u64,
}

async fn build(run: &Run, database: &Database) -> anyhow::Result<Built> {
    // Small batches where there is little to do: the kill has to come in the middle.
    let batch = if run.options.quick { 50 } else { 500 };
    let kind = Kind { lease: Duration::from_secs(1), batch, ..Kind::of(Job::TotalsSecond) };
    progress("rebuild: the second version");
    let end = head(database).await?;
    let third = Position(end.0 / 3);
    let begun = Instant::now();
    let second = kind.start(database, "second").await?;
    let killed = loop {
        let status = second_version(database).await?.context("version 2 is not known")?;
        ensure!(status.state == VersionState::Building, "version 2 serves before it was killed");
        if status.position() >= third {
            break status;
        }
        ensure!(begun.elapsed() < LONG, "version 2 does not come on");
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    second.kill().await?;
    let before = begun.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "positions are small here")]
    let killed_at = killed.position().0 as f64 / end.0 as f64;

    let begun = Instant::now();
    let second = kind.start(database, "second again").await?;
    let resumed = second_version(database).await?.context("version 2 is gone")?;
    let slots = killed.slots.iter().zip(&resumed.slots);
    let began_anew = slots.filter(|(before, after)| after.checkpoint < before.checkpoint).count();
    progress("rebuild: killed and resumed");
    let mut caught_up = None;
    loop {
        let now = second_version(database).await?.context("version 2 is gone")?;
        if caught_up.is_none() && now.position() >= end {
            caught_up = Some(before + begun.elapsed());
            progress("rebuild: caught up");
        }
        if now.state == VersionState::Serving {
            break;
        }
        ensure!(begun.elapsed() < LONG, "version 2 does not come to serve");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let swapped = before + begun.elapsed();
    let caught_up = caught_up.unwrap_or(swapped);
    let began_anew = began_anew as u64;
    Ok(Built { second, caught_up, swapped, killed_at, began_anew })
}

async fn second_version(database: &Database) -> anyhow::Result<Option<VersionStatus>> {
    let name = ProjectionName::new("totals")?;
    let versions = database.store.projections().versions(Some(&name)).await?;
    Ok(versions.into_iter().find(|status| status.id.version == 2))
}

/// The numbers of effects that there are, are missing, are there too often, and are had by version
/// 2.
async fn notices(pool: &PgPool) -> anyhow::Result<[u64; 4]> {
    let sql = "SELECT count(*), \
            (SELECT count(*) FROM es.events WHERE name = 'withdrawn' AND NOT EXISTS \
                (SELECT FROM notice WHERE notice.position = events.position)), \
            count(*) - count(DISTINCT position), count(*) FILTER (WHERE by_version = 2) FROM notice";
    let counts: (i64, i64, i64, i64) = sqlx::query_as(sql).fetch_one(pool).await?;
    Ok([counts.0.try_into()?, counts.1.try_into()?, counts.2.try_into()?, counts.3.try_into()?])
}

/// The observations of a reader of the rows.
#[derive(Default)]
pub struct Read {
    pub reads: u64,
    pub errors: u64,
    /// Fewer rows or fewer events than the read before.
    pub backwards: u64,
    pub longest: Duration,
}

impl std::ops::AddAssign for Read {
    fn add_assign(&mut self, other: Self) {
        self.reads += other.reads;
        self.errors += other.errors;
        self.backwards += other.backwards;
        self.longest = self.longest.max(other.longest);
    }
}

/// Asks again and again on one connection, which prepares its statement once.
pub async fn read(
    table: &'static str,
    mut connection: PgConnection,
    over: Arc<AtomicBool>,
) -> anyhow::Result<Read> {
    let sql = format!("SELECT count(*), coalesce(sum(entries), 0)::bigint FROM {table}");
    let (mut seen, mut known) = (Read::default(), (0_i64, 0_i64));
    while !over.load(Ordering::SeqCst) {
        let begun = Instant::now();
        let sql = sqlx::AssertSqlSafe(sql.as_str());
        let found: Result<(i64, i64), _> = sqlx::query_as(sql).fetch_one(&mut connection).await;
        seen.reads += 1;
        seen.longest = seen.longest.max(begun.elapsed());
        match found {
            Ok(found) => {
                seen.backwards += u64::from(found.0 < known.0 || found.1 < known.1);
                known = found;
            }
            Err(error) => {
                seen.errors += 1;
                progress(&format!("a read failed: {error}"));
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection.close().await?;
    Ok(seen)
}
