//! Handlers that end their transaction, break it or never come back: nothing is counted twice, nobody
//! else's event is lost, and each is parked.

use std::time::{Duration, Instant};

use anyhow::ensure;
use es_core::projection::{OnFailure, Projections, RunOptions};
use es_core::{Append, NewEvent, prelude::*};
use es_postgres::PgStore;
use sqlx::{Executor, PgConnection};

use crate::catch_up::{head, reaches};
use crate::misdeeds::{COUNT, Deed, Tallied, Tally, TallyEvent};
use crate::report::Table;
use crate::server::Database;
use crate::{Run, progress};

/// Events of a key: two before the one that matters, and two after it.
const EACH: usize = 5;

/// The longest time that anything may take.
const MINUTES: Duration = Duration::from_mins(5);

/// Attempts at an event.
const TRIES: u32 = 2;

/// Counts of the log and of the counters. All but the first two must be 0.
struct Found {
    events: u64,
    bad: u64,
    /// Counted above the number of events that were handled.
    twice: u64,
    lost: u64,
    not_parked: u64,
    parked_for_nothing: u64,
}

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let rounds = run.options.count(2, 12);
    let database = run.server.database().await?;
    let store = PgStore::new(
        PgStore::pool_options()
            .max_connections(8)
            .connect_lazy_with(database.options.clone().options([("statement_timeout", "400ms")])),
    );
    let projections = Projections::new(store.clone(), store.projections());
    progress("handlers: what is there when the projection begins");
    append(&database.store, 0..rounds / 2).await?;
    let options = RunOptions::default()
        .with_batch(100)
        .with_lease(Duration::from_secs(2))
        .with_event_limit(Duration::from_millis(700))
        .with_on_failure(OnFailure::Park { attempts: TRIES });
    let running = projections.run_with(Tally, options).await?;
    progress("handlers: what comes while it runs");
    append(&database.store, rounds / 2..rounds).await?;
    let begun = Instant::now();
    reaches(&database, "tally", head(&database).await?).await?;
    let waiting = "SELECT count(*) FROM es.parked WHERE is_first AND due IS NOT NULL";
    while database.number(waiting).await? > 0 {
        ensure!(begun.elapsed() < MINUTES, "the handlers do not come to their end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.stop().await;
    let found = found(&database).await?;
    progress("handlers: what breaks it");
    let (twice, counted) = by_hand(run).await?;

    let about = format!(
        "Handlers count the events of their key. The third event of some keys has a handler that then says \
         COMMIT or ROLLBACK, goes on after a failed statement, breaks a rule that speaks at the commit, \
         exceeds the time of a statement, never ends, changes the search path, fails, or commits and \
         fails; others use a transaction of the driver, which is right. Each is tried {TRIES} times. The \
         baseline opens its batch with BEGIN, and tries it again when a handler fails.",
    );
    let mut table = Table::of_guarantees("Handlers that misbehave", about);
    let of = format!("{} events", found.events);
    table.guarantee_beside(
        "effects twice, or of events that failed",
        (found.twice, &of),
        (
            format!("{twice} of {counted}"),
            "the driver's transaction in a batch that is tried again",
        ),
    );
    table.guarantee("events lost of those that were not behind a failure", found.lost, &of);
    let of = format!("{} bad events", found.bad);
    table.guarantee("bad events that are not parked", found.not_parked, of);
    table.guarantee("keys parked for nothing", found.parked_for_nothing, "all others");
    run.report.add(table);
    Ok(())
}

/// Keys of each kind, their events in turn, so that a batch has some of all.
async fn append(store: &PgStore, rounds: std::ops::Range<u64>) -> anyhow::Result<()> {
    for round in rounds {
        for nth in 0..EACH {
            for (kind, deed) in Deed::BAD.into_iter().enumerate() {
                let at_last = if nth == 2 { deed } else { Deed::Nothing };
                event(store, &format!("bad-{kind}-{round}"), at_last).await?;
                event(store, &format!("good-{kind}-{round}"), Deed::Nothing).await?;
                event(store, &format!("nested-{kind}-{round}"), Deed::Nests).await?;
            }
        }
    }
    Ok(())
}

async fn event(store: &PgStore, key: &str, deed: Deed) -> anyhow::Result<()> {
    let stream = StreamId::new(Category::new("tally")?, StreamKey::new(key)?);
    let event = NewEvent::of(&TallyEvent::from(Tallied { deed }), Metadata::default())?;
    store.append(Append::to(stream, ExpectedVersion::Any, vec![event])?).await?;
    Ok(())
}

/// The times that each key was counted, and those that it had to be: up to its first bad event.
const DIFFERENCES: &str = "WITH expected AS (\
        SELECT 'tally/' || key AS key, \
               count(*) FILTER (WHERE key NOT LIKE 'bad-%' OR version < 3) AS events \
          FROM es.events JOIN es.streams ON streams.id = events.stream GROUP BY key), \
    counted AS (SELECT key, expected.events, coalesce(tally.events, 0) AS counted \
          FROM expected FULL JOIN tally.tally USING (key)) \
    SELECT coalesce(sum(greatest(counted - coalesce(events, 0), 0)), 0)::bigint, \
           coalesce(sum(greatest(events - counted, 0)), 0)::bigint FROM counted";

/// Bad events that wait for nobody but somebody who replays them, and other keys that wait.
const PARKED: &str = "WITH bad AS (\
        SELECT position FROM es.events JOIN es.streams ON streams.id = events.stream \
         WHERE key LIKE 'bad-%' AND events.version = 3), \
    parked AS (SELECT * FROM es.parked WHERE is_first) \
    SELECT (SELECT count(*) FROM bad), \
           (SELECT count(*) FROM bad LEFT JOIN parked USING (position) \
             WHERE parked.error IS NULL OR parked.due IS NOT NULL), \
           (SELECT count(*) FROM parked LEFT JOIN bad USING (position) WHERE bad.position IS NULL)";

async fn found(database: &Database) -> anyhow::Result<Found> {
    let (twice, lost): (i64, i64) = sqlx::query_as(DIFFERENCES).fetch_one(&database.pool).await?;
    let (bad, not_parked, for_nothing): (i64, i64, i64) =
        sqlx::query_as(PARKED).fetch_one(&database.pool).await?;
    Ok(Found {
        events: database.number("SELECT count(*) FROM es.events").await?,
        bad: bad.try_into()?,
        twice: twice.try_into()?,
        lost: lost.try_into()?,
        not_parked: not_parked.try_into()?,
        parked_for_nothing: for_nothing.try_into()?,
    })
}

/// A batch of keys, one of which counts in a transaction of the driver and one of which fails, tried as
/// often as ours: how many effects are there twice, and how many events were counted.
async fn by_hand(run: &Run) -> anyhow::Result<(i64, i64)> {
    let database = run.server.database().await?;
    let mut connection = database.connections(1).await?.remove(0);
    let table = "CREATE TABLE tally (key text PRIMARY KEY, events bigint NOT NULL)";
    connection.execute(table).await?;
    for _ in 0..TRIES {
        connection.execute("BEGIN").await?;
        let handled = batch(&mut connection).await;
        connection.execute(if handled.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    }
    let sql = "SELECT coalesce(sum(greatest(events - 1, 0)), 0)::bigint, count(*) FROM tally";
    Ok(sqlx::query_as(sql).fetch_one(&mut connection).await?)
}

async fn batch(db: &mut PgConnection) -> anyhow::Result<()> {
    for key in 0..20 {
        let count = sqlx::query(COUNT).bind(key.to_string());
        if key == 10 {
            let mut tx = sqlx::Connection::begin(&mut *db).await?;
            count.execute(&mut *tx).await?;
            tx.commit().await?;
        } else {
            count.execute(&mut *db).await?;
        }
    }
    anyhow::bail!("the last handler fails")
}
