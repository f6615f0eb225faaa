//! Projections from the beginning of the log to its end: by hand, by one process, by several.

use std::time::{Duration, Instant};

use anyhow::ensure;
use es_core::projection::{ProjectionStore, Projections, ReadModel, RunOptions};
use es_core::{Position, Projection, ProjectionName, Token};
use es_postgres::{PgProjections, PgStore};
use sqlx::PgConnection;

use crate::catch_up_by_hand::{self, Way};
use crate::measure::{median, per_second};
use crate::node::Job;
use crate::processes::Kind;
use crate::read_models::{Balances, BalancesAtOnce, wrong_rows};
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, fill, progress};

/// Rows of the read model.
const ACCOUNTS: u64 = 10_000;

/// The longest time that a projection may take before something is wrong with it.
pub const LONG: Duration = Duration::from_mins(15);

pub async fn tables(run: &mut Run) -> anyhow::Result<()> {
    let events = run.options.count(20_000, 100_000);
    let large = filled(run, ACCOUNTS, events / ACCOUNTS).await?;
    let small = filled(run, events / 40, 2).await?;
    let races = [
        Race {
            name: "each event alone",
            from: &small,
            way: Way::EachAlone,
            by_hand: 1000,
            batch: 1,
        },
        Race {
            name: "default batches",
            from: &large,
            way: Way::EachInPage,
            by_hand: RunOptions::default().batch(),
            batch: RunOptions::default().batch(),
        },
        Race {
            name: "batches of 1,000",
            from: &large,
            way: Way::EachInPage,
            by_hand: 1000,
            batch: 1000,
        },
        Race {
            name: "bulk, pages of 1,000",
            from: &large,
            way: Way::PageAtOnce,
            by_hand: 1000,
            batch: 1000,
        },
    ];
    let about = format!(
        "{events} events of {ACCOUNTS} accounts into a row for each; a twentieth of them where each event has a \
         transaction. By hand: pages of as many events as in our batches (1,000 for those alone) of the columns that are needed, the same upserts, and how \
         far one has come, in one transaction. The first ratio is to the same by hand, the second to a transaction \
         for each event by hand, as the textbook has it."
    );
    let columns = [
        "rows are written",
        "by hand, events/s",
        "es, events/s",
        "of the same by hand",
        "target",
        "of each event alone by hand",
        "target ",
    ];
    let mut table = Table::new("Catch-up of a projection", about, &columns);
    let (mut wrong, mut textbook) = (0, f64::NAN);
    for race in &races {
        progress(&format!("catch-up: {}", race.name));
        let (mut by_hand, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..if run.options.quick { 1 } else { 5 } {
            by_hand.push(race.by_hand(run).await?);
            let (rate, differences) = race.ours(run).await?;
            ours.push(rate);
            wrong += differences;
        }
        let (by_hand, ours) = (median(&mut by_hand), median(&mut ours));
        if race.way == Way::EachAlone {
            textbook = by_hand;
        }
        let is_default = race.batch == RunOptions::default().batch();
        table.row(vec![
            Cell::text(race.name),
            Cell::number(by_hand, 0),
            Cell::number(ours, 0),
            Cell::ratio(ours, by_hand),
            Cell::text("≥ 0.8"),
            Cell::ratio(ours, textbook),
            Cell::text(if is_default { "≥ 6" } else { "" }),
        ]);
    }
    run.report.add(table);
    wrong += several_nodes(run, &large).await?;

    let about = "Every row of every run beside what SQL makes of the log.";
    let mut table = Table::of_guarantees("Catch-up: the rows are right", about);
    table.guarantee("rows that are wrong, missing or too many", wrong, "all runs");
    run.report.add(table);
    Ok(())
}

/// Measures the events a second of 1, 2 and 4 processes that catch up. Answers how many rows were
/// wrong.
async fn several_nodes(run: &mut Run, large: &Database) -> anyhow::Result<u64> {
    let about = "The same log in batches of 500, by processes that are started at once, with their start and \
        with the sharing of the slots. They share the machine with the server.";
    let columns = ["processes", "events/s", "of one"];
    let mut table = Table::new("Catch-up by several processes", about, &columns);
    let kind = Kind { lease: Duration::from_secs(1), ..Kind::of(Job::Balances) };
    let (mut wrong, mut of_one) = (0, f64::NAN);
    for processes in [1_u64, 2, 4] {
        progress(&format!("catch-up: {processes} processes"));
        let database = run.server.copy_of(large).await?;
        let events = database.number("SELECT count(*) FROM es.events").await?;
        let begun = Instant::now();
        let mut nodes = Vec::new();
        for nth in 0..processes {
            nodes.push(kind.begin(&database, &format!("node-{nth}"))?);
        }
        for node in &mut nodes {
            node.runs().await?;
        }
        reaches(&database, "balances", head(&database).await?).await?;
        let rate = per_second(events, begun.elapsed());
        for node in nodes {
            node.leave().await?;
        }
        wrong += wrong_rows(&database.pool, "balances.account").await?;
        if processes == 1 {
            of_one = rate;
        }
        table.row(vec![Cell::count(processes), Cell::number(rate, 0), Cell::ratio(rate, of_one)]);
        run.server.drop(database).await?;
    }
    run.report.add(table);
    Ok(wrong)
}

async fn filled(run: &Run, accounts: u64, each: u64) -> anyhow::Result<Database> {
    let database = run.server.database().await?;
    fill::history(&database.pool, "account ", accounts, each, 10).await?;
    fill::analyze(&database.pool).await?;
    Ok(database)
}

/// The last position of the log.
pub async fn head(database: &Database) -> anyhow::Result<Position> {
    Ok(Position(database.number("SELECT coalesce(max(position), 0) FROM es.events").await?))
}

/// Waits until a projection that other processes run has come so far.
pub async fn reaches(
    database: &Database,
    name: &'static str,
    position: Position,
) -> anyhow::Result<()> {
    let (kept, name) = (database.store.projections(), ProjectionName::new(name)?);
    let begun = Instant::now();
    while kept.visible(&name).await?.is_none_or(|visible| visible.position < position) {
        ensure!(begun.elapsed() < LONG, "`{name}` does not come to position {position}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The same work by hand and by the store.
struct Race<'a> {
    name: &'static str,
    from: &'a Database,
    way: Way,
    /// Events in a page by hand.
    by_hand: u32,
    /// Events in a batch of ours.
    batch: u32,
}

impl Race<'_> {
    async fn by_hand(&self, run: &Run) -> anyhow::Result<f64> {
        let database = run.server.copy_of(self.from).await?;
        let mut connection = database.connections(1).await?.remove(0);
        let begun = Instant::now();
        let done = catch_up_by_hand::catch_up(&mut connection, self.way, self.by_hand).await?;
        let rate = per_second(done, begun.elapsed());
        let wrong = wrong_rows(&database.pool, "by_hand.account").await?;
        ensure!(wrong == 0, "{wrong} rows by hand are wrong");
        run.server.drop(database).await?;
        Ok(rate)
    }

    /// Events a second, and how many rows are wrong.
    async fn ours(&self, run: &Run) -> anyhow::Result<(f64, u64)> {
        let database = run.server.copy_of(self.from).await?;
        let events = database.number("SELECT count(*) FROM es.events").await?;
        let (to, projections) = (head(&database).await?, database.projections());
        let (took, rows) = if self.way == Way::PageAtOnce {
            (caught_up(&projections, BalancesAtOnce, self.batch, to).await?, "balances_at_once")
        } else {
            (caught_up(&projections, Balances, self.batch, to).await?, "balances")
        };
        let wrong = wrong_rows(&database.pool, &format!("{rows}.account")).await?;
        run.server.drop(database).await?;
        Ok((per_second(events, took), wrong))
    }
}

/// The time that a projection takes from nothing to the end of the log.
async fn caught_up<X: Projection + ReadModel<PgConnection>>(
    projections: &Projections<PgStore, PgProjections>,
    projection: X,
    batch: u32,
    to: Position,
) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let options = RunOptions::default().with_batch(batch);
    let running = projections.run_with(projection, options).await?;
    projections.of::<X>().wait_for(Token::from(to), LONG).await?;
    let took = begun.elapsed();
    running.stop().await;
    Ok(took)
}
