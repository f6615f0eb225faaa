//! Commands whose replies get lost on the way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use es_core::Repository;
use es_postgres::PgStore;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgPool};

use crate::commands::deposit_by_hand;
use crate::domain::{Account, Deposit};
use crate::fill;
use crate::proxy::Proxy;
use crate::report::Table;
use crate::server::POOL;
use crate::{Run, progress};

/// One reply of so many does not arrive.
const LOST: u32 = 40;

/// Commands count from here; what accounts are filled with has smaller numbers.
const FIRST: u64 = 1_000;

/// Commands by their number, and whether they were said to be done.
type Answers = HashMap<i64, bool>;

/// The differences between the answers and the store.
struct Outcome {
    commands: u64,
    doubled: u64,
    missing: u64,
    /// Commands that were said to have failed, and were stored.
    false_failures: u64,
    /// Commands that were said to have failed, and rightly so.
    failures: u64,
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    progress("lost replies");
    let ours = through_the_store(run).await?;
    let by_hand = by_hand(run).await?;
    let about = format!(
        "{} workers execute commands through a proxy that ends the connection instead of passing a reply \
         on, one of {LOST} times. {} commands; {} were told that the store is unavailable, and were not \
         stored. The baseline connects anew and executes the command again.",
        run.options.writers, ours.commands, ours.failures
    );
    let mut table = Table::of_guarantees("Lost replies", about);
    let of = format!("{} commands", ours.commands);
    table.guarantee_beside(
        "commands whose events are there twice",
        (ours.doubled, &of),
        (format!("{} of {}", by_hand.doubled, by_hand.commands), "the textbook, executed again"),
    );
    table.guarantee("commands that failed, and are stored", ours.false_failures, &of);
    table.guarantee("commands that were done, and are not stored", ours.missing, &of);
    run.report.add(table);
    Ok(())
}

async fn through_the_store(run: &Run) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    let proxy = Proxy::open(database.options.clone(), run.options.dice("proxy", 0), LOST)?;
    let options = proxy.options(database.options.clone());
    let pool = PgStore::pool_options().max_connections(POOL).connect_lazy_with(options);
    let accounts = Repository::<Account, _>::new(PgStore::new(pool));
    let until = Instant::now() + run.options.torture() / 4;
    let next = Arc::new(AtomicU64::new(FIRST));
    let worker = |worker| {
        let (accounts, next) = (accounts.clone(), next.clone());
        tokio::spawn(async move {
            let mut answers = Answers::new();
            while Instant::now() < until {
                let number = next.fetch_add(1, Ordering::Relaxed);
                // Accounts of one's own, and few commands each: a load stays short.
                let account = format!("{worker}-{}", answers.len() / 20);
                let done = accounts.execute(Deposit { account, number }).await;
                answers.insert(number.try_into()?, done.is_ok());
            }
            anyhow::Ok(answers)
        })
    };
    let workers: Vec<_> = (0..run.options.writers).map(worker).collect();
    let mut answers = Answers::new();
    for worker in workers {
        answers.extend(worker.await??);
    }
    outcome(&database.pool, &answers).await
}

async fn by_hand(run: &Run) -> anyhow::Result<Outcome> {
    let database = run.server.database().await?;
    fill::accounts(&database.pool, "account ", run.options.writers.into(), 1).await?;
    let proxy = Proxy::open(database.options.clone(), run.options.dice("proxy", 1), LOST)?;
    let options = proxy.options(database.options.clone());
    let until = Instant::now() + run.options.torture() / 8;
    let next = Arc::new(AtomicU64::new(FIRST));
    let worker = |worker| {
        let (options, next) = (options.clone(), next.clone());
        tokio::spawn(async move {
            let mut answers = Answers::new();
            let account = format!("account {worker}");
            let mut connection = connect(&options).await;
            while Instant::now() < until {
                let number = next.fetch_add(1, Ordering::Relaxed);
                while !matches!(deposit_by_hand(&mut connection, &account, number).await, Ok(true))
                {
                    connection = connect(&options).await;
                }
                answers.insert(number.try_into()?, true);
            }
            anyhow::Ok(answers)
        })
    };
    let workers: Vec<_> = (0..run.options.writers).map(worker).collect();
    let mut answers = Answers::new();
    for worker in workers {
        answers.extend(worker.await??);
    }
    outcome(&database.pool, &answers).await
}

/// A connection by a way on which the greeting may get lost as well.
async fn connect(options: &PgConnectOptions) -> sqlx::PgConnection {
    loop {
        if let Ok(connection) = options.connect().await {
            return connection;
        }
    }
}

async fn outcome(pool: &PgPool, answers: &Answers) -> anyhow::Result<Outcome> {
    let sql = "SELECT (payload->>'number')::bigint, count(*) FROM es.events GROUP BY 1";
    let stored: HashMap<i64, i64> =
        sqlx::query_as(sql).fetch_all(pool).await?.into_iter().collect();
    let times = |number| stored.get(number).copied().unwrap_or(0);
    let count = |wanted: &dyn Fn(i64, bool) -> bool| {
        answers.iter().filter(|(number, done)| wanted(times(number), **done)).count() as u64
    };
    Ok(Outcome {
        commands: answers.len() as u64,
        doubled: count(&|times, _| times > 1),
        missing: count(&|times, done| done && times == 0),
        false_failures: count(&|times, done| !done && times > 0),
        failures: count(&|times, done| !done && times == 0),
    })
}
