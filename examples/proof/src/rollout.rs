//! Two releases of a projection beside each other, while events of both are appended and processes of
//! the older one are killed and started again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{Append, EventSet, NewEvent};
use es_postgres::PgStore;
use fastrand::Rng;
use sqlx::Executor;

use crate::effects::Audit;
use crate::mails::{TAKES, newer, older};
use crate::node::Job;
use crate::processes::{Kind, Process};
use crate::report::Table;
use crate::server::Database;
use crate::{Run, progress};

/// Lease of a node.
const LEASE: Duration = Duration::from_millis(800);

/// Within so long everything has to be done once nothing more is appended.
const PATIENCE: Duration = Duration::from_mins(2);

/// Streams of mails.
const STREAMS: u64 = 200;

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let kind = |job| Kind { lease: LEASE, batch: 50, ..Kind::of(job) };
    let (old, new) = (kind(Job::MailsOlder), kind(Job::MailsNewer));
    let blows = run.options.count(4, 30);
    let mut dice = run.options.dice("rollout", 0);
    let mut olds =
        vec![old.start(&database, "older-0").await?, old.start(&database, "older-1").await?];
    let (over, known) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let appending = |nth| {
        let dice = run.options.dice("mails", nth);
        tokio::spawn(append(database.store.clone(), dice, over.clone(), known.clone()))
    };
    let appending: Vec<_> = (0..3).map(appending).collect();
    progress("rollout: the older release alone, with events of both");
    let waiting = until_something_waits(&database).await?;
    let mut news: Vec<Process> = Vec::new();
    for nth in 0..blows {
        progress(&format!("rollout: blow {} of {blows}", nth + 1));
        // The newer one comes, goes and comes again, as a rollout that is undone and done.
        if nth % 4 == 3 {
            if let Some(process) = news.pop() {
                process.kill().await?;
            }
        } else if news.is_empty() {
            news.push(new.start(&database, &format!("newer-{nth}")).await?);
            known.store(true, Ordering::SeqCst);
        }
        olds.swap_remove(dice.usize(..olds.len())).kill().await?;
        olds.push(old.start(&database, &format!("older-{}", nth + 2)).await?);
        tokio::time::sleep(Duration::from_millis(dice.u64(300..1_200))).await;
    }
    if news.is_empty() {
        news.push(new.start(&database, "newer").await?);
    }
    over.store(true, Ordering::SeqCst);
    let mut events = 0;
    for task in appending {
        events += task.await??;
    }
    progress("rollout: both to the end");
    let took = until_all_are_sent(&database, events).await?;
    for process in olds.into_iter().chain(news) {
        process.leave().await?;
    }
    let audit = Audit::of_mails(&database.pool).await?;
    anyhow::ensure!(audit.events == events, "{events} events were appended");
    let parked = database.number("SELECT count(*) FROM es.parked").await?;
    let by_older = database.number("SELECT count(*) FROM mails.sent WHERE NOT by_newer").await?;
    progress("rollout: what breaks it");
    let (lost, of_lost) = by_hand(&database).await?;

    let about = format!(
        "Two processes of a release that knows neither the newer version of one event nor another event at \
         all, and one of a release that does, run the same version of a projection, {} ms an event, while \
         {events} events are appended: of both versions from the beginning, of the other event once a \
         newer process has put it on the list. {blows} times an older one is killed and started again, the \
         newer one is taken away now and then. {waiting} keys waited before the newer one came; the older \
         ones handled {by_older} events. All was done {:.1} s after the last append. The baseline is a \
         worker of the older release that passes by what it does not know.",
        TAKES.as_millis(),
        took.as_secs_f64(),
    );
    let mut table = Table::of_guarantees("Two releases beside each other", about);
    let of = format!("{events} events");
    table.guarantee("events parked for good", parked, &of);
    table.guarantee_beside(
        "events lost",
        (audit.lost, &of),
        (format!("{lost} of {of_lost}"), "an older worker that passes by what it does not know"),
    );
    table.guarantee("events handled twice", audit.doubled, &of);
    table.guarantee("events handled out of the order of their key", audit.inverted, &of);
    run.report.add(table);
    Ok(())
}

/// Counts the keys that wait for a newer release, once some do.
async fn until_something_waits(database: &Database) -> anyhow::Result<u64> {
    let begun = Instant::now();
    loop {
        let sql = "SELECT count(*) FROM es.parked WHERE is_first AND is_unreadable";
        let waiting = database.number(sql).await?;
        if waiting >= 20 {
            return Ok(waiting);
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "nothing waits for a newer release");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Measures the time until all are sent; those not sent after two minutes are counted as lost.
async fn until_all_are_sent(database: &Database, events: u64) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let sent = database.number("SELECT count(DISTINCT position) FROM mails.sent").await?;
        let parked = database.number("SELECT count(*) FROM es.parked").await?;
        if sent == events && parked == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(begun.elapsed())
}

/// Appends mails of both releases until `over`; how many. What only the newer one has on its list comes
/// once that is `known`: a version is owed the events of a name from the registration that adds it.
async fn append(
    store: PgStore,
    mut dice: Rng,
    over: Arc<AtomicBool>,
    known: Arc<AtomicBool>,
) -> anyhow::Result<u64> {
    let mut appended = 0;
    while !over.load(Ordering::SeqCst) {
        let number = dice.u64(..1 << 30);
        let event = match dice.u8(..4) {
            0 => event(&newer::MailsEvent::from(newer::MailSent { number, copies: 2 })),
            1 if known.load(Ordering::SeqCst) => {
                event(&newer::MailsEvent::from(newer::MailBounced { number }))
            }
            _ => event(&older::MailsEvent::from(older::MailSent { number })),
        };
        let key = StreamKey::new(dice.u64(..STREAMS).to_string())?;
        let stream = StreamId::new(Category::new("mail")?, key);
        store.append(Append::to(stream, ExpectedVersion::Any, vec![event?])?).await?;
        appended += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(appended)
}

fn event<E: EventSet>(event: &E) -> anyhow::Result<NewEvent> {
    Ok(NewEvent::of(event, Metadata::default())?)
}

/// A worker that goes along the log and passes by what it does not know, as one writes it: how many
/// events have no effect in the end, and how many there are.
async fn by_hand(database: &Database) -> anyhow::Result<(u64, u64)> {
    database.pool.execute("CREATE TABLE by_hand (position bigint PRIMARY KEY)").await?;
    let known = "INSERT INTO by_hand SELECT position FROM es.events \
        WHERE name = 'mail-sent' AND schema_version = 1";
    database.pool.execute(known).await?;
    let lost = "SELECT count(*) FROM es.events WHERE NOT EXISTS \
        (SELECT FROM by_hand WHERE by_hand.position = events.position)";
    let all = database.number("SELECT count(*) FROM es.events").await?;
    Ok((database.number(lost).await?, all))
}
