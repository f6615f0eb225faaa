//! Requests that are sent one to five times, over lost replies, by processes that are killed.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::ensure;
use es_core::{Repository, RequestId};
use es_postgres::PgStore;
use sqlx::ConnectOptions;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::measure::{Turns, Worker, turn};
use crate::proxy::Proxy;
use crate::report::{Cell, Table};
use crate::requesters::{Method, Requester, Requests, Said};
use crate::server::Database;
use crate::shelf::{Change, Shelf};
use crate::{Run, progress};

/// One reply of so many does not arrive.
const LOST: u32 = 60;

/// Processes that send requests at a time.
const PROCESSES: u64 = 3;

/// The answers that each request had, and how often processes were killed.
#[derive(Default)]
struct Told {
    answers: HashMap<u64, Vec<String>>,
    killed: u64,
}

/// The differences between the answers and the store.
struct Outcome {
    requests: u64,
    sent: u64,
    refused: u64,
    killed: u64,
    different: u64,
    doubled: u64,
    missing: u64,
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let count = run.options.count(600, 10_000);
    progress("requests that are sent again");
    let ours = sent_again(run, Method::Once, count).await?;
    progress("the same without ids");
    let each = sent_again(run, Method::Each, count.div_ceil(5)).await?;
    let about = format!(
        "{PROCESSES} processes send {} requests, each one to five times at once, through a proxy that ends \
         the connection instead of passing a reply on, one of {LOST} times; {} times one of them was \
         killed, and another one went on. {} answers were heard; {} requests were refused the first time, \
         which depends on the state of then. The baseline executes each request as it comes.",
        ours.requests, ours.killed, ours.sent, ours.refused
    );
    let mut table = Table::of_guarantees("Requests that are sent again", about);
    let of = format!("{} requests", ours.requests);
    let what = "`execute` each time";
    let beside = |count: u64| format!("{count} of {}", each.requests);
    table.guarantee_beside(
        "requests with different answers",
        (ours.different, &of),
        (beside(each.different), what),
    );
    table.guarantee_beside(
        "requests that happened twice",
        (ours.doubled, &of),
        (beside(each.doubled), what),
    );
    table.guarantee("requests that were done, and are not stored", ours.missing, &of);
    run.report.add(table);
    cost(run).await
}

async fn sent_again(run: &Run, method: Method, count: u64) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    let proxy = Proxy::open(database.options.clone(), run.options.dice("once", 0), LOST)?;
    let url = proxy.options(database.options.clone()).to_url_lossy().to_string();
    let mut sending = JoinSet::new();
    for nth in 0..PROCESSES {
        let share = count.div_ceil(PROCESSES);
        let (from, to) = (nth * share, count.min((nth + 1) * share));
        let requests = Requests { url: url.clone(), method, from, to };
        sending.spawn(send(requests, run.options.dice("once", nth + 1)));
    }
    let mut told = Told::default();
    while let Some(share) = sending.join_next().await {
        let share = share??;
        told.killed += share.killed;
        told.answers.extend(share.answers);
    }
    ensure!(told.answers.len() as u64 == count, "some requests have no answer");
    outcome(&database, &told).await
}

/// Has a process send its requests; kills it now and then, and starts another one where it was.
async fn send(mut requests: Requests, mut dice: fastrand::Rng) -> anyhow::Result<Told> {
    let mut told = Told::default();
    while requests.from < requests.to {
        let mut process = Requester::start(&requests)?;
        let until = Instant::now() + Duration::from_millis(dice.u64(300..1500));
        let mut is_killed = false;
        loop {
            let next = match timeout_at(until, process.next()).await {
                Ok(next) => next?,
                Err(_) if is_killed => process.next().await?,
                Err(_) => {
                    process.kill().await?;
                    (is_killed, told.killed) = (true, told.killed + 1);
                    continue;
                }
            };
            match next {
                Some(Said::Answer(number, answer)) => {
                    told.answers.entry(number).or_default().push(answer);
                }
                Some(Said::UpTo(number)) => requests.from = number,
                None => break,
            }
        }
    }
    Ok(told)
}

async fn outcome(database: &Database, told: &Told) -> anyhow::Result<Outcome> {
    let sql = "SELECT (payload->>'number')::bigint, count(*) FROM es.events GROUP BY 1";
    let stored: HashMap<i64, i64> =
        sqlx::query_as(sql).fetch_all(&database.pool).await?.into_iter().collect();
    let times = |number: &u64| {
        i64::try_from(*number).ok().and_then(|number| stored.get(&number)).copied().unwrap_or(0)
    };
    let is_refused = |answers: &[String]| answers.iter().all(|answer| answer.starts_with("empty"));
    let count = |wanted: &dyn Fn(&u64, &[String]) -> bool| {
        told.answers.iter().filter(|(number, answers)| wanted(number, answers)).count() as u64
    };
    Ok(Outcome {
        requests: told.answers.len() as u64,
        sent: told.answers.values().map(|answers| answers.len() as u64).sum(),
        refused: count(&|_, answers| is_refused(answers)),
        killed: told.killed,
        different: count(&|_, answers| answers.iter().any(|answer| answer != &answers[0])),
        doubled: count(&|number, answers| times(number) > i64::from(!is_refused(answers))),
        missing: count(&|number, answers| !is_refused(answers) && times(number) == 0),
    })
}

/// A worker that executes commands on shelves of its own.
struct Client {
    shelves: Repository<Shelf, PgStore>,
    method: Method,
    name: String,
    numbers: Arc<AtomicU64>,
}

impl Worker for Client {
    async fn work(&mut self) -> anyhow::Result<()> {
        // Even numbers: each has an event. Ten commands on a shelf.
        let number = 2 * self.numbers.fetch_add(1, Ordering::Relaxed);
        let command = Change { shelf: format!("{} {}", self.name, number / 20), number };
        match self.method {
            Method::Each => drop(self.shelves.execute(command).await?),
            Method::Once => {
                let id = RequestId::new(format!("{} {number}", self.name))?;
                drop(self.shelves.execute_once(&id, command).await?);
            }
        }
        Ok(())
    }
}

/// The cost of an id beside a command without.
async fn cost(run: &mut Run) -> anyhow::Result<()> {
    let about = "Load a stream of up to ten events, decide, append one; with `execute`, and with \
        `execute_once` under a new id each time, which looks for an answer first and stores one with the event. \
        The ratio is to `execute`. WAL is bytes of the write-ahead log a command.";
    let columns = ["workers", "method", "commands/s", "p50 ms", "p99 ms", "ratio", "WAL"];
    let mut table = Table::new("Requests: the cost of an id", about, &columns);
    let database = run.server.database().await?;
    for workers in [1_u64, 8, 32] {
        progress(&format!("requests: {workers} workers"));
        let mut measured =
            [(Method::Each, Turns::default(), 0), (Method::Once, Turns::default(), 0)];
        for round in 0..run.options.rounds() {
            for (method, turns, wal) in &mut measured {
                let shelves = Repository::new(database.another_store());
                let client = |nth| Client {
                    shelves: shelves.clone(),
                    method: *method,
                    name: format!("{method:?} {workers} {round} {nth}"),
                    numbers: Arc::default(),
                };
                let clients: Vec<_> = (0..workers).map(client).collect();
                let before = written(&database).await?;
                let (done, _) = turn(clients, run.options.slice()).await?;
                *wal += written(&database).await? - before;
                turns.add(done, None);
            }
        }
        let without = measured[0].1.rate();
        for (method, mut turns, wal) in measured {
            let rate = turns.rate();
            let name = if method == Method::Once { "execute_once" } else { "execute" };
            table.row(vec![
                Cell::count(workers),
                Cell::text(name),
                Cell::number(rate, 0),
                Cell::number(turns.millis(0.5), 2),
                Cell::number(turns.millis(0.99), 2),
                Cell::ratio(rate, without),
                Cell::count(wal / turns.count().max(1)),
            ]);
        }
    }
    run.report.add(table);
    Ok(())
}

async fn written(database: &Database) -> anyhow::Result<u64> {
    database.number("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint").await
}
