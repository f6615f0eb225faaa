//! Outages of what projections rest on: notifications, the server, everything.

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use es_core::prelude::*;
use es_core::projection::ProjectionStore;
use es_core::{NewEvent, ProjectionName};
use sqlx::postgres::PgConnectOptions;
use test_servers::TestServer;

use crate::appenders::{Appenders, Pace};
use crate::domain::{Account, AccountEvent, deposited};
use crate::effects::Audit;
use crate::measure::Turns;
use crate::node::Job;
use crate::processes::{Kind, Process};
use crate::report::{Cell, Table};
use crate::server::{Database, own};
use crate::{Run, progress};

/// The duration of leases here.
const LEASE: Duration = Duration::from_secs(2);

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let server = Arc::new(own().await?);
    let database = Database::at(PgConnectOptions::from_str(&server.url("postgres"))?);
    database.store.migrate().await?;
    let kind = Kind { lease: LEASE, batch: 100, notifications: true, ..Kind::of(Job::Effects) };
    let mut outages = Outages { server, database, kind, nodes: Vec::new(), probes: 0 };
    outages.start_nodes()?;
    for node in &mut outages.nodes {
        node.runs().await?;
    }
    let pace = Pace { pause: Duration::from_millis(40), withdrawn: 10, prefix: "hot-" };
    let store = outages.database.notified_store(true);
    let appenders = Appenders::start(run, &store, 4, pace);
    outages.visible().await?;

    let [mut none, mut deaf, mut restarted, mut all] = [(); 4].map(|()| Turns::default());
    let mut ended = 0;
    for _ in 0..5 {
        none.took(outages.visible().await?);
    }
    for nth in 0..run.options.count(1, 5) {
        progress(&format!("outages: lost notifications, {}", nth + 1));
        for _ in 0..5 {
            ended += outages.end_listeners().await?;
            deaf.took(outages.visible().await?);
        }
        progress(&format!("outages: the server, {}", nth + 1));
        outages.stop_server().await?;
        outages.start_server().await?;
        restarted.took(outages.visible().await?);
        progress(&format!("outages: everything, {}", nth + 1));
        outages.stop_server().await?;
        for node in outages.nodes.drain(..) {
            node.kill().await?;
        }
        outages.start_nodes()?;
        outages.start_server().await?;
        all.took(outages.visible().await?);
    }
    let done = appenders.stop().await?;
    outages.visible().await?;
    let audit = Audit::of_effects(&outages.database.pool).await?;
    ensure!(ended > 0, "nobody listened, so no notification was lost");
    for mut node in outages.nodes.drain(..) {
        node.runs().await?;
        node.leave().await?;
    }
    outages.end().await?;

    let about = format!(
        "Two processes run a projection whose rows are effects while {} events are appended, each append \
         sent until it is answered ({} answers were errors). {ended} listening sessions are ended; the server \
         is stopped at once and started again; then all processes are killed and the server stopped, and \
         all is started again. Nobody does anything else.",
        audit.events, done.failures,
    );
    let mut table = Table::of_guarantees("Outages", about);
    let of = format!("{} events", audit.events);
    table.guarantee("effects lost", audit.lost, &of);
    table.guarantee("effects doubled", audit.doubled, &of);
    table.guarantee("effects out of order of a key", audit.inverted, &of);
    table.guarantee("commits of a slot that is another process's", audit.zombies, &of);
    run.report.add(table);

    let about = format!(
        "From the moment when the server is there (the sessions are ended) until an event that is appended \
         then, and all before it, have their effects. Leases last {} s.",
        LEASE.as_secs()
    );
    let columns = ["outage", "times", "median s", "longest s"];
    let mut table = Table::new("Outages: how long until it has caught up", about, &columns);
    let rows = [
        ("none", none),
        ("listening sessions", deaf),
        ("the server", restarted),
        ("server and processes", all),
    ];
    for (name, mut times) in rows {
        table.row(vec![
            Cell::text(name),
            Cell::count(times.count()),
            Cell::number(times.millis(0.5) / 1000.0, 3),
            Cell::number(times.millis(1.0) / 1000.0, 3),
        ]);
    }
    run.report.add(table);
    Ok(())
}

struct Outages {
    server: Arc<TestServer>,
    database: Database,
    kind: Kind,
    nodes: Vec<Process>,
    probes: u64,
}

impl Outages {
    fn start_nodes(&mut self) -> anyhow::Result<()> {
        for nth in 0..2 {
            let name = format!("node-{}-{nth}", self.probes);
            self.nodes.push(self.kind.begin(&self.database, &name)?);
        }
        Ok(())
    }

    /// The time until an event that is appended now has its effect, and all before it.
    async fn visible(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        self.probes += 1;
        let event = AccountEvent::from(deposited(self.probes));
        let event = NewEvent::of(&event, Metadata::default())?;
        let stream = StreamId::of::<Account>(&"probe".to_owned())?;
        let append = Append::to(stream, ExpectedVersion::Any, vec![event])?;
        let (kept, name) = (self.database.store.projections(), ProjectionName::new("effects")?);
        let mut wanted = None;
        loop {
            ensure!(begun.elapsed() < Duration::from_mins(1), "it does not continue by itself");
            match wanted {
                None => {
                    let appended = self.database.store.append(append.clone()).await;
                    wanted = appended.ok().and_then(|appended| appended.position());
                }
                Some(wanted) => {
                    let visible = kept.visible(&name).await.ok().flatten();
                    if visible.is_some_and(|visible| visible.position >= wanted) {
                        return Ok(begun.elapsed());
                    }
                }
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Answers how many there were.
    async fn end_listeners(&self) -> anyhow::Result<u64> {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
            WHERE query ILIKE 'listen%' AND pid <> pg_backend_pid()";
        let ended: i64 = sqlx::query_scalar(sql).fetch_one(&self.database.pool).await?;
        ended.try_into().context("a number")
    }

    async fn stop_server(&self) -> anyhow::Result<()> {
        let server = self.server.clone();
        Ok(tokio::task::spawn_blocking(move || server.stop_at_once()).await?)
    }

    async fn start_server(&self) -> anyhow::Result<()> {
        let server = self.server.clone();
        Ok(tokio::task::spawn_blocking(move || server.start_again()).await?)
    }

    async fn end(self) -> anyhow::Result<()> {
        self.database.pool.close().await;
        // Stopping it waits for processes.
        let server = self.server;
        Ok(tokio::task::spawn_blocking(move || drop(server)).await?)
    }
}
