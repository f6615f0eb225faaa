//! Requests that are sent one to five times, over lost replies, by processes that are killed.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::ensure;
use es_core::{EventStore, RequestId, RequestKey, RequestScope};
use es_postgres::PgStore;
use sqlx::ConnectOptions;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use crate::proxy::Proxy;
use crate::report::Table;
use crate::requesters::{Method, Requester, Requests, Said};
use crate::server::Database;
use crate::shelf::Shelf;
use crate::{Run, once_cost, progress};

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
         killed, and another one went on. Halfway the tables of the answers change places. {} answers were heard; {} requests were refused the first time, \
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
    once_cost::table(run).await
}

async fn sent_again(run: &Run, method: Method, count: u64) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    let proxy = Proxy::open(database.options.clone(), run.options.dice("once", 0), LOST)?;
    let url = proxy.options(database.options.clone()).to_url_lossy().to_string();
    let turning =
        (method == Method::Once).then(|| tokio::spawn(turn_halves(database.clone(), count / 2)));
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
    if let Some(turning) = turning {
        turning.await??;
    }
    ensure!(told.answers.len() as u64 == count, "some requests have no answer");
    ensure!(told.killed > 0, "no process was killed");
    outcome(&database, &told).await
}

/// Makes all answers eight days old once there are `enough`, and looks for one as further processes would, until the
/// other half takes the new ones. No answer is old enough to be forgotten by that.
async fn turn_halves(database: Database, enough: u64) -> anyhow::Result<()> {
    while database.number("SELECT count(*) FROM es.requests").await? < enough {
        sleep(Duration::from_millis(5)).await;
    }
    let age = "UPDATE es.request_memory SET since = since - interval '8 days'";
    sqlx::query(age).execute(&database.pool).await?;
    let any = RequestKey::new(RequestScope::of::<Shelf>(), RequestId::new("any")?);
    while database.number("SELECT turn FROM es.request_memory").await? == 0 {
        PgStore::new(database.pool.clone()).find_request(&any).await?;
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Has a process send its requests; kills it now and then, at least once halfway, and starts another one where it
/// was.
async fn send(mut requests: Requests, mut dice: fastrand::Rng) -> anyhow::Result<Told> {
    let mut told = Told::default();
    let halfway = u64::midpoint(requests.from, requests.to);
    while requests.from < requests.to {
        let mut process = Requester::start(&requests)?;
        let mut until = Instant::now() + Duration::from_millis(dice.u64(300..1500));
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
                Some(Said::UpTo(number)) => {
                    requests.from = number;
                    if told.killed == 0 && number >= halfway {
                        until = Instant::now();
                    }
                }
                None if is_killed => break,
                None => {
                    process.end().await?;
                    break;
                }
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
