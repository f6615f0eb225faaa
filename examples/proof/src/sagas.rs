//! Sagas in processes that are killed and paused, with services that refuse, fail, hang and answer late: what was
//! undone has left nothing behind, and what was completed is all there.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use es_core::NewEvent;
use es_core::prelude::*;
use es_core::process::{End, Phase};
use es_core::sagas::Sagas;
use sqlx::Row;

use crate::fulfilments::{Fulfilment, FulfilmentStart, OrderPlaced};
use crate::node::Job;
use crate::orchestrator_by_hand;
use crate::outside::{LATEST, Outside};
use crate::processes::{Kind, Process};
use crate::report::Table;
use crate::server::Database;
use crate::{Run, progress};

/// The duration of leases here.
const LEASE: Duration = Duration::from_secs(1);

/// The time from one blow to the next.
const EVERY: Duration = Duration::from_secs(2);

/// The longest time until all instances have ended, after the last blow.
const PATIENCE: Duration = Duration::from_mins(3);

/// The traces of an order: requests that are done, and reservations.
const TRACES: &str = "SELECT \
    (SELECT count(*) FROM outside.done WHERE key = 'fulfilment/' || $1 || '/take-payment') AS payments, \
    (SELECT count(*) FROM outside.done WHERE key = 'fulfilment/' || $1 || '/create-shipment') AS shipments, \
    (SELECT count(*) FROM es.events WHERE name = 'reserved' AND payload ->> 'order' = $1) AS reserved, \
    (SELECT count(*) FROM es.events WHERE name = 'given-back' AND payload ->> 'order' = $1) AS given_back";

/// The attempts that a process has found under way, and resumed.
const RESUMED: &str = "SELECT count(*) FROM es.events WHERE name = 'saga.step-resumed'";

/// The traces that are there.
struct Traces {
    payments: i64,
    shipments: i64,
    reserved: i64,
    given_back: i64,
}

/// The ends of all instances, compared with their traces.
#[derive(Default)]
pub struct Audit {
    pub orders: u64,
    pub completed: u64,
    pub undone: u64,
    /// Undone, and something is left behind.
    pub left_behind: u64,
    /// Completed, and something is missing.
    pub missing: u64,
    /// Reserved or given back twice.
    pub twice: u64,
    /// Not at an end.
    pub without_end: u64,
    /// Attempts of steps that a process has found under way, and resumed.
    pub resumed: u64,
}

impl Audit {
    pub fn ended(&mut self, traces: &TracesAre, is_completed: bool) {
        self.orders += 1;
        if is_completed {
            self.completed += 1;
            self.missing += u64::from(!traces.is_all);
        } else {
            self.undone += 1;
            self.left_behind += u64::from(!traces.is_nothing);
        }
    }
}

/// The traces of an order, as either end has to leave them.
pub struct TracesAre {
    pub is_all: bool,
    pub is_nothing: bool,
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let orders = run.options.count(150, 4000);
    let blows = run.options.count(2, 12);
    progress("sagas in processes that are killed");
    let ours = killed(run, orders, blows).await?;
    progress("sagas: the orchestrator by hand");
    let baseline = orchestrator_by_hand::run(run, run.options.count(60, 600)).await?;
    let about = format!(
        "Two processes run a saga for {} orders: take a payment, reserve on one of 16 shelves by a command, create a \
         shipment, confirm; each activity refuses, fails, hangs or arrives late up to 28 times of 100. {blows} times \
         one process is killed with SIGKILL and another one started, or paused for twice its lease. {} attempts were \
         found under way by a process, which resumed them. {} instances were completed, {} undone. The \
         baseline is an orchestrator in one process that nobody kills: \
         one try for each step, and what has answered is taken back if another one fails; of {} orders it completed {}.",
        ours.orders, ours.resumed, ours.completed, ours.undone, baseline.orders, baseline.completed
    );
    let mut table = Table::of_guarantees("Sagas in processes that come and go", about);
    let of = format!("{} instances", ours.orders);
    table.guarantee("instances without an end", ours.without_end, &of);
    table.guarantee_beside(
        "undone, and something is left behind",
        (ours.left_behind, format!("{} undone", ours.undone)),
        (
            format!("{} of {}", baseline.left_behind, baseline.undone),
            "what completed is taken back",
        ),
    );
    table.guarantee(
        "completed, and something is missing",
        ours.missing,
        format!("{} completed", ours.completed),
    );
    table.guarantee("commands executed twice", ours.twice, &of);
    run.report.add(table);
    Ok(())
}

async fn killed(run: &Run, orders: u64, blows: u64) -> anyhow::Result<Audit> {
    let database = run.server.database().await?;
    Outside::create(&database.pool).await?;
    let kind = Kind { lease: LEASE, ..Kind::of(Job::Fulfilment) };
    let mut nodes = Vec::new();
    for nth in 0..2 {
        nodes.push(kind.start(&database, &format!("saga-{nth}")).await?);
    }
    let placing = tokio::spawn(place(database.clone(), orders, EVERY * u32::try_from(blows)?));
    for blow in 0..blows {
        tokio::time::sleep(EVERY).await;
        strike(&mut nodes, &kind, &database, blow).await?;
    }
    placing.await??;
    let ended = all_ended(&database, orders).await?;
    // Requests that are on their way arrive while the processes are there.
    tokio::time::sleep(LATEST).await;
    for node in nodes {
        node.leave().await?;
    }
    let mut audit = audit(&database, orders).await?;
    audit.without_end = audit.without_end.max(u64::from(!ended));
    audit.resumed = database.number(RESUMED).await?;
    Ok(audit)
}

/// Kills one process and starts another, or pauses one beyond its lease, in turn.
async fn strike(
    nodes: &mut Vec<Process>,
    kind: &Kind,
    database: &Database,
    blow: u64,
) -> anyhow::Result<()> {
    let node = nodes.remove(0);
    if blow.is_multiple_of(2) {
        node.kill().await?;
        nodes.push(kind.start(database, &format!("saga-{}", blow + 2)).await?);
    } else {
        let paused = node.pause(LEASE * 2)?.wait().await?;
        ensure!(paused.success(), "a process could not be paused");
        nodes.push(node);
    }
    Ok(())
}

/// Places orders, evenly over this time.
async fn place(database: Database, orders: u64, lasts: Duration) -> anyhow::Result<()> {
    let pause = lasts / u32::try_from(orders)?;
    for order in 0..orders {
        let event =
            NewEvent::of(&FulfilmentStart::from(OrderPlaced { order }), Metadata::default())?;
        let stream: StreamId = format!("order/{order}").parse()?;
        database.store.append(Append::to(stream, ExpectedVersion::NoStream, vec![event])?).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

/// True if all instances have ended before the patience has.
async fn all_ended(database: &Database, orders: u64) -> anyhow::Result<bool> {
    let until = Instant::now() + PATIENCE;
    let ended = "SELECT count(*) FROM es.events WHERE name IN ('saga.completed', 'saga.undone')";
    while database.number(ended).await? < orders {
        if Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(true)
}

/// Compares the end of every instance with its traces.
async fn audit(database: &Database, orders: u64) -> anyhow::Result<Audit> {
    let sagas = Sagas::new(database.store.clone(), database.store.sagas());
    let mut audit = Audit::default();
    for order in 0..orders {
        let traces = traces(database, order).await?;
        audit.twice += u64::from(traces.reserved > 1 || traces.given_back > 1);
        let loaded = sagas.load::<Fulfilment>(&order).await?;
        let reserved = traces.reserved - traces.given_back;
        let traces = TracesAre {
            is_all: (traces.payments, traces.shipments, reserved) == (1, 1, 1),
            is_nothing: (traces.payments, traces.shipments, reserved) == (0, 0, 0),
        };
        match loaded.instance.phase() {
            Phase::Ended(End::Completed) => audit.ended(&traces, true),
            Phase::Ended(End::Undone { .. }) => audit.ended(&traces, false),
            _ => {
                audit.orders += 1;
                audit.without_end += 1;
            }
        }
    }
    Ok(audit)
}

async fn traces(database: &Database, order: u64) -> anyhow::Result<Traces> {
    let row = sqlx::query(TRACES).bind(order.to_string()).fetch_one(&database.pool).await?;
    let count = |column| row.try_get::<i64, _>(column).context("a count");
    Ok(Traces {
        payments: count("payments")?,
        shipments: count("shipments")?,
        reserved: count("reserved")?,
        given_back: count("given_back")?,
    })
}
