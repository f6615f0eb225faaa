//! Futures that are dropped at random points, as a request with a time limit drops them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_postgres::PgStore;
use fastrand::Rng;
use sqlx::postgres::PgPoolOptions;
use sqlx::{PgConnection, PgPool};

use crate::append::deposits;
use crate::baseline::insert_one;
use crate::domain::{Account, deposited};
use crate::journal::{Entry, Journal};
use crate::report::Table;
use crate::server::{Database, POOL};
use crate::{Run, progress};

/// The number of callers at a time.
const CALLERS: u64 = 16;

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let goal = run.options.count(1_000, 10_000);
    progress(&format!("{goal} dropped futures"));
    let dropped = Arc::new(AtomicU64::new(0));
    let caller = |nth| {
        let dice = run.options.dice("dropped", nth);
        tokio::spawn(drop_appends(database.store.clone(), dice, nth, dropped.clone(), goal))
    };
    let callers: Vec<_> = (0..CALLERS).map(caller).collect();
    let (mut journal, mut unanswered) = (Journal::default(), Vec::new());
    for caller in callers {
        let (written, open) = caller.await??;
        journal.join(written);
        unanswered.extend(open);
    }
    // The server may still be at work on what nobody waits for.
    quiet(&database).await?;
    let found = journal.compare(&database).await?;

    progress("dropped futures: sent again");
    let before = stored(&database.pool, &unanswered).await?;
    let mut again = Journal::default();
    let mut refused = 0;
    for append in &unanswered {
        let entry = Entry::of(append, false);
        match database.store.append(append.clone()).await {
            Ok(appended) => again.add(entry.stored(&appended)),
            Err(_) => refused += 1,
        }
    }
    let resent = again.compare(&database).await?;
    let stuck = stuck(&database.pool).await?;
    let unhealthy = unhealthy(&database).await?;
    progress("dropped futures: what breaks it");
    let (lost, acknowledged) = poisoned(run).await?;

    let about = format!(
        "{} appends of two events dropped at a random moment, {CALLERS} callers at a time; {before} of \
         them were stored all the same. Each was sent again with the same ids.",
        unanswered.len()
    );
    let mut table = Table::of_guarantees("Dropped futures", about);
    let of = format!("{} appends", found.appends);
    table.guarantee_beside(
        "acknowledged appends missing",
        (found.missing, &of),
        (
            format!("{lost} of {acknowledged}"),
            "INSERTs after dropped transactions, on a pool as sqlx makes it",
        ),
    );
    table.guarantee("appends stored in part", found.halves + resent.halves, &of);
    table.guarantee("event ids stored twice", found.doubled + resent.doubled, &of);
    table.guarantee("gaps in versions, positions that do not rise", resent.disorder, &of);
    let of = format!("{} dropped", unanswered.len());
    table.guarantee("sent again, and not answered as stored", refused + resent.missing, of);
    table.guarantee(
        "connections left in a transaction, or that lose what is written through them",
        stuck + unhealthy,
        format!("{POOL} connections"),
    );
    run.report.add(table);
    Ok(())
}

/// Appends, and gives up waiting after a random time, until `goal` were given up in all.
async fn drop_appends(
    store: PgStore,
    mut dice: Rng,
    caller: u64,
    dropped: Arc<AtomicU64>,
    goal: u64,
) -> anyhow::Result<(Journal, Vec<Append>)> {
    let (mut journal, mut unanswered) = (Journal::default(), Vec::new());
    while dropped.load(Ordering::Relaxed) < goal {
        let stream = StreamId::of::<Account>(&format!("{caller}-{}", dice.u8(..4)))?;
        let append = deposits(stream, ExpectedVersion::Any, 2)?;
        let entry = Entry::of(&append, false);
        let patience = Duration::from_micros(dice.u64(..3_000));
        if let Some(appended) = given_up_after(patience, store.append(append.clone())).await {
            journal.add(entry.stored(&appended?));
        } else {
            dropped.fetch_add(1, Ordering::Relaxed);
            journal.add(entry);
            unanswered.push(append);
        }
    }
    Ok((journal, unanswered))
}

/// The answer, if it comes in time. Finer than the runtime's timer, which counts milliseconds.
async fn given_up_after<T>(patience: Duration, answer: impl Future<Output = T>) -> Option<T> {
    let begun = Instant::now();
    let out_of_patience = async {
        while begun.elapsed() < patience {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        answer = answer => Some(answer),
        () = out_of_patience => None,
    }
}

/// Waits until no session of the database is at work.
async fn quiet(database: &Database) -> anyhow::Result<()> {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid() AND state = 'active'";
    while database.number(sql).await? > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The number of the appends that are in the store.
async fn stored(pool: &PgPool, appends: &[Append]) -> anyhow::Result<i64> {
    let parts = appends.iter().flat_map(Append::parts);
    let ids: Vec<_> =
        parts.filter_map(|part| part.events.first()).map(|event| event.id.as_uuid()).collect();
    let sql = "SELECT count(*) FROM es.events WHERE id = ANY($1)";
    Ok(sqlx::query_scalar(sql).bind(ids).fetch_one(pool).await?)
}

/// Sessions that sit in a transaction.
async fn stuck(pool: &PgPool) -> anyhow::Result<u64> {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'";
    let stuck: i64 = sqlx::query_scalar(sql).fetch_one(pool).await?;
    Ok(stuck.unsigned_abs())
}

/// Drops as many appends at once as the pool has connections: those that nobody else can see
/// afterwards.
async fn unhealthy(database: &Database) -> anyhow::Result<u64> {
    let mut appends = Vec::new();
    for nth in 0..POOL {
        let stream = StreamId::of::<Account>(&format!("health-{nth}"))?;
        appends.push(deposits(stream, ExpectedVersion::NoStream, 2)?);
    }
    let tasks: Vec<_> = appends
        .iter()
        .cloned()
        .map(|append| {
            let store = database.store.clone();
            tokio::spawn(async move { store.append(append).await })
        })
        .collect();
    let mut failed = 0;
    for task in tasks {
        failed += u64::from(task.await?.is_err());
    }
    let seen = stored(&database.pool, &appends).await?;
    Ok(failed.max(u64::from(POOL).abs_diff(seen.unsigned_abs())))
}

/// The textbook in dropped futures, on a pool as sqlx makes it, and plain INSERTs that nobody drops
/// between them: how many of those are not there in the end although they were acknowledged, and how
/// many there were.
async fn poisoned(run: &Run) -> anyhow::Result<(usize, usize)> {
    let database = run.server.database().await?;
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .test_before_acquire(false)
        .connect_with(database.options.clone())
        .await?;
    let drops = run.options.count(50, 300);
    let caller = |nth| {
        let (pool, mut dice) = (pool.clone(), run.options.dice("poisoned", nth));
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for _ in 0..drops {
                let patience = Duration::from_micros(dice.u64(..1_000));
                // Only the answer that nobody waits for matters here.
                let _ = given_up_after(patience, write(&pool)).await;
                let mut connection = pool.acquire().await?;
                let id = uuid::Uuid::now_v7();
                // An INSERT into a transaction that has failed is told so; it acknowledges nothing.
                if insert(&mut connection, &id).await.is_ok() {
                    acknowledged.push(id);
                }
            }
            anyhow::Ok(acknowledged)
        })
    };
    let callers: Vec<_> = (0..CALLERS).map(caller).collect();
    let mut acknowledged = Vec::new();
    for caller in callers {
        acknowledged.extend(caller.await??);
    }
    pool.close().await;
    let sql = "SELECT count(*) FROM es.events WHERE id = ANY($1)";
    let there: i64 = sqlx::query_scalar(sql).bind(&acknowledged).fetch_one(&database.pool).await?;
    Ok((acknowledged.len() - usize::try_from(there)?, acknowledged.len()))
}

async fn insert(connection: &mut PgConnection, id: &uuid::Uuid) -> anyhow::Result<()> {
    let stream = i64::from_be_bytes(id.as_bytes()[8..].try_into()?);
    let payload = serde_json::to_string(&deposited(1))?;
    Ok(insert_one(connection, stream, 1, id, &payload).await?)
}

async fn write(pool: &PgPool) -> anyhow::Result<()> {
    let mut tx = pool.begin().await?;
    insert(&mut tx, &uuid::Uuid::now_v7()).await?;
    tx.commit().await?;
    Ok(())
}
