//! Processes that run a projection are killed, paused beyond their lease, joined and told to leave, all
//! while events are appended: each event has its effect once, and in order.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use fastrand::Rng;
use sqlx::Executor;
use uuid::Uuid;

use crate::appenders::{Appenders, Done, Pace};
use crate::catch_up::reaches;
use crate::effects::{Audit, TAKES};
use crate::measure::Turns;
use crate::node::Job;
use crate::processes::{Kind, Process};
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, fill, naive_worker, progress};

/// The duration of leases here.
const LEASE: Duration = Duration::from_secs(1);

/// The duration of a pause: the lease of the process is over by then, and somebody else is at work.
const PAUSE: Duration = Duration::from_millis(2500);

/// Another pause is about as long as the lease, in milliseconds: it may be over or not, and what the
/// process was at may still be open.
const NEAR: std::ops::Range<u64> = 850..1050;

/// The longest time that anything may take.
const MINUTE: Duration = Duration::from_mins(1);

/// The time from the beginning of one blow to the next.
const EVERY: Duration = Duration::from_secs(2);

/// A blow to a process.
#[derive(Clone, Copy)]
enum Blow {
    Kill,
    Pause,
    PauseNear,
    Leave,
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let pace = Pace { pause: Duration::from_millis(12), withdrawn: 10, prefix: "hot-" };
    let mut fleet = Fleet::start(database.clone(), 3).await?;
    let appenders = Appenders::start(run, &database.store, 4, pace);
    let blows = run.options.count(4, 45);
    let mut dice = run.options.dice("nodes", 0);
    for nth in 0..blows {
        // Each kind once, in a short run as well.
        let blow = match if nth < 4 { nth } else { dice.u64(..4) } {
            0 => Blow::Kill,
            1 => Blow::Pause,
            2 => Blow::PauseNear,
            _ => Blow::Leave,
        };
        progress(&format!("nodes: blow {} of {blows}", nth + 1));
        let begun = Instant::now();
        fleet.strike(blow, &mut dice).await?;
        tokio::time::sleep(EVERY.saturating_sub(begun.elapsed())).await;
    }
    progress("nodes: quiet");
    let imbalance = fleet.imbalance().await?;
    let done = appenders.stop().await?;
    reaches(&database, "effects", done.last).await?;
    ensure!(fleet.taken.killed.millis(1.0) < 60_000.0, "slots are not taken over");
    let taken = fleet.end().await?;
    let audit = Audit::of_effects(&database.pool).await?;
    ensure!(audit.events == done.events, "{} events were appended", done.events);
    progress("nodes: what breaks it");
    let naive = naive(run).await?;

    run.report.add(guarantees(&audit, &naive, imbalance, blows, &done));
    run.report.add(takeovers(taken));
    Ok(())
}

fn guarantees(audit: &Audit, naive: &Audit, imbalance: u64, blows: u64, done: &Done) -> Table {
    let about = format!(
        "Three processes run a projection whose rows are effects, {} ms each, under leases of {} s, \
         while {} events are appended. {blows} times one of them is killed with SIGKILL and another one \
         started, paused for {} s or for about as long as its lease, or told to leave with another one started before. Who had the slot \
         of an effect is noted when it is committed. The baseline looks at its lease before each batch, and \
         keeps how far it has come in the transaction of its effects; it is paused twice.",
        TAKES.as_millis(),
        LEASE.as_secs(),
        done.events,
        PAUSE.as_secs_f64(),
    );
    let mut table = Table::of_guarantees("Processes that come and go", about);
    let of = format!("{} events", audit.events);
    let what = "a lease that is looked at before each batch";
    let beside = |broken| (format!("{broken} of {}", naive.events), what);
    table.guarantee_beside("effects lost", (audit.lost, &of), beside(naive.lost));
    table.guarantee_beside("effects doubled", (audit.doubled, &of), beside(naive.doubled));
    table.guarantee_beside(
        "effects out of order of a key",
        (audit.inverted, &of),
        beside(naive.inverted),
    );
    table.guarantee("commits of a slot that is another process's", audit.zombies, &of);
    table.guarantee("slots of imbalance, beyond one, when it is quiet", imbalance, "64 slots");
    table
}

fn takeovers(taken: Taken) -> Table {
    let about = format!(
        "From the blow to the first commit of somebody else, for the slot that waits longest. Leases last \
         {} s.",
        LEASE.as_secs()
    );
    let columns = ["processes are", "times", "median s", "longest s", "target"];
    let mut table = Table::new("Takeover", about, &columns);
    let rows = [
        ("killed", taken.killed, "< 2"),
        ("paused", taken.paused, "< 2"),
        ("told to leave", taken.left, ""),
    ];
    for (name, mut times, target) in rows {
        table.row(vec![
            Cell::text(name),
            Cell::count(times.count()),
            Cell::number(times.millis(0.5) / 1000.0, 2),
            Cell::number(times.millis(1.0) / 1000.0, 2),
            Cell::text(target),
        ]);
    }
    table
}

/// The times that slots waited.
#[derive(Default)]
struct Taken {
    killed: Turns,
    paused: Turns,
    left: Turns,
}

/// Processes that run the same projection.
struct Fleet {
    database: Database,
    kind: Kind,
    nodes: Vec<Process>,
    started: u64,
    taken: Taken,
}

/// A slot that a process has, and how far it has come.
type Held = Vec<(i16, i64)>;

const OWNER: &str = "SELECT owner FROM effects.effect JOIN effects.committed USING (serial) \
    WHERE process = $1 ORDER BY serial DESC LIMIT 1";

const HELD: &str = "SELECT slot, checkpoint FROM es.leases WHERE owner = $1";

const TAKEN: &str = "SELECT slot FROM es.leases JOIN unnest($2::smallint[], $3::bigint[]) \
        AS held (slot, checkpoint) USING (slot) \
    WHERE leases.owner <> $1 AND leases.checkpoint > held.checkpoint";

impl Fleet {
    async fn start(database: Database, nodes: u64) -> anyhow::Result<Self> {
        let kind = Kind { lease: LEASE, batch: 100, ..Kind::of(Job::Effects) };
        let (nodes, taken) = (0..nodes, Taken::default());
        let mut fleet = Self { database, kind, nodes: Vec::new(), started: 0, taken };
        for _ in nodes {
            fleet.join().await?;
        }
        Ok(fleet)
    }

    async fn join(&mut self) -> anyhow::Result<()> {
        let name = format!("node-{}", self.started);
        self.started += 1;
        self.nodes.push(self.kind.start(&self.database, &name).await?);
        Ok(())
    }

    async fn strike(&mut self, blow: Blow, dice: &mut Rng) -> anyhow::Result<()> {
        let nth = dice.usize(..self.nodes.len());
        match blow {
            Blow::Kill => {
                let (owner, held) = self.holdings(nth).await?;
                let begun = Instant::now();
                self.nodes.swap_remove(nth).kill().await?;
                self.join().await?;
                let took = self.taken(owner, held, begun, MINUTE).await?;
                self.taken.killed.took(took);
            }
            Blow::Pause => {
                let (owner, held) = self.holdings(nth).await?;
                let begun = Instant::now();
                let mut paused = self.nodes[nth].pause(PAUSE)?;
                let took = self.taken(owner, held, begun, PAUSE).await?;
                self.taken.paused.took(took);
                ensure!(paused.wait().await?.success(), "a process could not be paused");
            }
            Blow::PauseNear => {
                let mut paused = self.nodes[nth].pause(Duration::from_millis(dice.u64(NEAR)))?;
                ensure!(paused.wait().await?.success(), "a process could not be paused");
            }
            Blow::Leave => {
                self.join().await?;
                let (owner, held) = self.holdings(nth).await?;
                let begun = Instant::now();
                self.nodes.swap_remove(nth).leave().await?;
                let took = self.taken(owner, held, begun, MINUTE).await?;
                self.taken.left.took(took);
            }
        }
        Ok(())
    }

    /// The slots that a process holds, once it holds some.
    async fn holdings(&self, nth: usize) -> anyhow::Result<(Uuid, Held)> {
        let name = &self.nodes.get(nth).context("no such process")?.name;
        let begun = Instant::now();
        loop {
            let owner: Option<Uuid> =
                sqlx::query_scalar(OWNER).bind(name).fetch_optional(&self.database.pool).await?;
            if let Some(owner) = owner {
                let held: Held =
                    sqlx::query_as(HELD).bind(owner).fetch_all(&self.database.pool).await?;
                if !held.is_empty() {
                    return Ok((owner, held));
                }
            }
            ensure!(begun.elapsed() < Duration::from_secs(20), "process {name} has no slots");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The time from `begun` until others have committed all of `held`; or until `at_most`, when
    /// their former owner is back.
    async fn taken(
        &self,
        owner: Uuid,
        held: Held,
        begun: Instant,
        at_most: Duration,
    ) -> anyhow::Result<Duration> {
        let (slots, checkpoints): (Vec<_>, Vec<_>) = held.into_iter().unzip();
        let mut taken = HashSet::new();
        while taken.len() < slots.len() && begun.elapsed() < at_most {
            let now: Vec<i16> = sqlx::query_scalar(TAKEN)
                .bind(owner)
                .bind(&slots)
                .bind(&checkpoints)
                .fetch_all(&self.database.pool)
                .await?;
            taken.extend(now);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(begun.elapsed())
    }

    /// The number of slots by which the largest share is more than one above the smallest, and the
    /// number of slots that are nobody's, after the shares had time to settle.
    async fn imbalance(&self) -> anyhow::Result<u64> {
        let begun = Instant::now();
        loop {
            let sql = "SELECT count(*) FROM es.leases WHERE owner IS NOT NULL GROUP BY owner";
            let shares: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&self.database.pool).await?;
            let (most, least) = (shares.iter().max(), shares.iter().min());
            let apart = most.zip(least).map_or(64, |(most, least)| most - least - 1).max(0);
            let strangers = shares.len().abs_diff(self.nodes.len()) as u64;
            let found = u64::try_from(apart + 64 - shares.iter().sum::<i64>())? + strangers;
            if found == 0 || begun.elapsed() > 10 * LEASE {
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn end(self) -> anyhow::Result<Taken> {
        for node in self.nodes {
            node.leave().await?;
        }
        Ok(self.taken)
    }
}

/// Two workers that look at their lease before each batch; the one that is at work is paused, twice.
async fn naive(run: &Run) -> anyhow::Result<Audit> {
    let database = run.server.database().await?;
    database.pool.execute(naive_worker::TABLES).await?;
    fill::history(&database.pool, "account ", 100, 10, 0).await?;
    let kind = Kind { lease: LEASE, batch: 50, ..Kind::of(Job::NaiveWorker) };
    let workers = [kind.start(&database, "one").await?, kind.start(&database, "two").await?];
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let sql = "SELECT owner FROM naive.lease";
        let owner: String = sqlx::query_scalar(sql).fetch_one(&database.pool).await?;
        let at_work = workers.iter().find(|worker| worker.name == owner);
        at_work.context("nobody is at work")?.pause(2 * LEASE)?.wait().await?;
    }
    let sql = "SELECT (SELECT max(position) FROM es.events) - position FROM naive.progress";
    let begun = Instant::now();
    while database.number(sql).await? > 0 {
        ensure!(begun.elapsed() < MINUTE, "the naive workers do not come on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for worker in workers {
        worker.leave().await?;
    }
    Audit::of_naive_effects(&database.pool).await
}
