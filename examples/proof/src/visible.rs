//! Time from an append to its row, where another process writes the row.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use es_core::prelude::*;
use es_core::projection::Projections;
use es_core::{Appended, NewEvent};
use es_postgres::{PgProjections, PgStore};

use crate::appenders::{Appenders, Pace};
use crate::catch_up::LONG;
use crate::domain::{Account, AccountEvent, deposited};
use crate::measure::{Turns, per_second};
use crate::node::Job;
use crate::processes::Kind;
use crate::read_models::BalancesAtOnce;
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, progress};

/// Appenders that make the load.
const LOAD: u16 = 16;

/// Between two appends whose rows are waited for, the shortest and the longest time: drawn, so as not
/// to keep step with whoever polls.
const PAUSES: std::ops::Range<u64> = 30..70;

pub async fn table(run: &mut Run) -> anyhow::Result<()> {
    let about = format!(
        "A process appends, another one runs the projection. Between two appends that are waited for are \
         30 to 70 ms. The load is {LOAD} others that append without a pause. A SELECT looks once a \
         millisecond; `wait_for` is that of the process that appends."
    );
    let columns = ["", "notifications", "seen by", "appends", "p50 ms", "p99 ms", "load, events/s"];
    let mut table = Table::new("From an append to its row", about, &columns);
    for notifications in [false, true] {
        for is_loaded in [false, true] {
            progress(&format!("visible: notifications {notifications}, load {is_loaded}"));
            let seen = measure(run, notifications, is_loaded).await?;
            for (seen_by, mut took) in [("SELECT", seen.select), ("`wait_for`", seen.wait_for)] {
                table.row(vec![
                    Cell::text(if is_loaded { "under load" } else { "idle" }),
                    Cell::text(if notifications { "on" } else { "off" }),
                    Cell::text(seen_by),
                    Cell::count(took.count()),
                    Cell::number(took.millis(0.5), 2),
                    Cell::number(took.millis(0.99), 2),
                    Cell::number(seen.load, 0),
                ]);
            }
        }
    }
    run.report.add(table);
    Ok(())
}

struct Seen {
    select: Turns,
    wait_for: Turns,
    /// Events a second of the others.
    load: f64,
}

async fn measure(run: &Run, notifications: bool, is_loaded: bool) -> anyhow::Result<Seen> {
    let database = run.server.database().await?;
    let store = database.notified_store(notifications);
    let kind = Kind { notifications, ..Kind::of(Job::BalancesAtOnce) };
    let node = kind.start(&database, "node").await?;
    let mut probe = Probe {
        projections: Projections::new(store.clone(), store.projections()),
        database: database.clone(),
        store,
        number: 0,
    };
    // Whatever is done once is done before.
    for _ in 0..5 {
        probe.by_select().await?;
        probe.by_wait_for().await?;
    }
    let pace = Pace { pause: Duration::ZERO, withdrawn: 10, prefix: "load-" };
    let count = if is_loaded { LOAD } else { 0 };
    let load = Appenders::start(run, &probe.store, count, pace);
    let mut dice = run.options.dice("visible", 0);
    let mut seen = Seen { select: Turns::default(), wait_for: Turns::default(), load: 0.0 };
    let begun = Instant::now();
    while begun.elapsed() < run.options.torture() * 2 {
        seen.select.took(probe.by_select().await?);
        tokio::time::sleep(Duration::from_millis(dice.u64(PAUSES))).await;
        seen.wait_for.took(probe.by_wait_for().await?);
        tokio::time::sleep(Duration::from_millis(dice.u64(PAUSES))).await;
    }
    let took = begun.elapsed();
    seen.load = per_second(load.stop().await?.events, took);
    node.leave().await?;
    Ok(seen)
}

/// Appends, and waits for the row.
struct Probe {
    database: Database,
    store: PgStore,
    projections: Projections<PgStore, PgProjections>,
    number: u64,
}

impl Probe {
    async fn append(&mut self) -> anyhow::Result<Appended> {
        self.number += 1;
        let event = AccountEvent::from(deposited(self.number));
        let event = NewEvent::of(&event, Metadata::default())?;
        let stream = StreamId::of::<Account>(&"probe".to_owned())?;
        let append = Append::to(stream, ExpectedVersion::Any, vec![event])?;
        Ok(self.store.append(append).await?)
    }

    async fn by_select(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        self.append().await?;
        let sql = "SELECT last FROM balances_at_once.account WHERE id = 'probe'";
        loop {
            let last: Option<i64> =
                sqlx::query_scalar(sql).fetch_optional(&self.database.pool).await?;
            if u64::try_from(last.unwrap_or(0))? >= self.number {
                return Ok(begun.elapsed());
            }
            ensure!(begun.elapsed() < LONG, "a row does not come");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn by_wait_for(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let token = self.append().await?.token().context("an append without a token")?;
        self.projections.of::<BalancesAtOnce>().wait_for(token, LONG).await?;
        Ok(begun.elapsed())
    }
}
