//! Appends: how many a second, how long each takes, and how many bytes an event needs.

use anyhow::Context;
use es_core::prelude::*;
use es_postgres::PgStore;

use crate::baseline::{Way, Writer};
use crate::domain::{AccountEvent, deposited};
use crate::measure::{Turns, Worker, turn};
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, progress};

/// Each writer spreads its appends over so many streams of its own.
pub const STREAMS: usize = 16;

const WORKERS: [usize; 4] = [1, 8, 32, 128];

/// One event and ten, at 1 to 128 writers, beside what others do on the same table.
pub async fn throughput(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let about = "Writers of their own streams, all in the same table. A baseline's writer has a \
        connection of its own; the store has a pool of 20 for all. The ratio is to the bare INSERT; \
        the target is the project's, and nothing is judged by it. The last columns are CPU time of \
        the program and of the server, microseconds an append.";
    let columns = [
        "events",
        "writers",
        "contender",
        "appends/s",
        "p50 ms",
        "p99 ms",
        "ratio",
        "target",
        "client µs",
        "server µs",
    ];
    let mut table = Table::new("Append", about, &columns);
    for events in [1, 10] {
        for workers in WORKERS {
            progress(&format!("append: {events} events, {workers} writers"));
            cell(run, &database, events, workers, &mut table).await?;
        }
    }
    run.report.add(table);
    Ok(())
}

async fn cell(
    run: &Run,
    database: &Database,
    events: usize,
    workers: usize,
    table: &mut Table,
) -> anyhow::Result<()> {
    let ways = [
        ("bare INSERT", Way::Bare),
        ("one checking statement", Way::Checking),
        ("textbook transaction", Way::Textbook),
    ];
    let mut connections = database.connections(workers).await?;
    let mut baselines = [Turns::default(), Turns::default(), Turns::default()];
    let mut store = Turns::default();
    for round in 0..run.options.rounds() {
        for ((_, way), turns) in ways.iter().zip(&mut baselines) {
            let writer = |connection| Writer::new(*way, connection, events);
            let writers = connections.drain(..).map(writer).collect();
            let writers = measured(run, writers, turns).await?;
            connections = writers.into_iter().map(Writer::into_connection).collect();
        }
        let writer = |nth| {
            Appender::new(&database.store, &format!("{events}-{workers}-{round}-{nth}"), events)
        };
        let writers = (0..workers).map(writer).collect::<Result<Vec<_>, _>>()?;
        measured(run, writers, &mut store).await?;
    }
    let bare = baselines[0].rate();
    let target = match (events, workers) {
        (1 | 10, 1) => "≥ 0.75",
        (1, 32) => "≥ 1.2",
        (1, 128) => "≥ 2.4, p99 < 10 ms",
        (10, 32) => "≥ 1.0",
        _ => "",
    };
    let names = ways.iter().map(|(name, _)| *name).zip(baselines).zip([""; 3]);
    for ((name, mut turns), target) in names.chain([(("**es**", store), target)]) {
        let rate = turns.rate();
        table.row(vec![
            Cell::count(events as u64),
            Cell::count(workers as u64),
            Cell::text(name),
            Cell::number(rate, 0),
            Cell::number(turns.millis(0.5), 2),
            Cell::number(turns.millis(0.99), 2),
            Cell::ratio(rate, bare),
            Cell::text(target),
            Cell::micros(turns.client_micros()),
            Cell::micros(turns.server_micros()),
        ]);
    }
    Ok(())
}

/// A short turn for the caches and plans, and one that counts.
pub async fn measured<W: Worker>(
    run: &Run,
    workers: Vec<W>,
    turns: &mut Turns,
) -> anyhow::Result<Vec<W>> {
    let slice = run.options.slice();
    let (_, workers) = turn(workers, slice / 2).await?;
    let before = run.cpu.now();
    let (counted, workers) = turn(workers, slice).await?;
    let cpu = run.cpu.now().zip(before).map(|(now, before)| now.since(before));
    turns.add(counted, cpu);
    Ok(workers)
}

/// A writer that goes through the store, and says each time where its stream must be.
struct Appender {
    store: PgStore,
    streams: Vec<(StreamId, Version)>,
    turn: usize,
    events: usize,
}

impl Appender {
    fn new(store: &PgStore, name: &str, events: usize) -> anyhow::Result<Self> {
        let stream = |nth| {
            anyhow::Ok((
                StreamId::of::<crate::domain::Account>(&format!("{name}-{nth}"))?,
                Version::NONE,
            ))
        };
        let streams = (0..STREAMS).map(stream).collect::<Result<_, _>>()?;
        Ok(Self { store: store.clone(), streams, turn: 0, events })
    }
}

impl Worker for Appender {
    async fn work(&mut self) -> anyhow::Result<()> {
        self.turn = (self.turn + 1) % STREAMS;
        let (stream, version) = &mut self.streams[self.turn];
        let append = deposits(stream.clone(), ExpectedVersion::Exact(*version), self.events)?;
        let appended = self.store.append(append).await?;
        *version = appended.streams.first().context("an append was not answered")?.version;
        Ok(())
    }
}

/// An append of so many deposits.
pub fn deposits(
    stream: StreamId,
    expected: ExpectedVersion,
    events: usize,
) -> anyhow::Result<Append> {
    let event = |_| NewEvent::of(&AccountEvent::from(deposited(1)), Metadata::default());
    let events = (0..events).map(event).collect::<Result<_, _>>()?;
    Ok(Append::to(stream, expected, events)?)
}

/// The disk space of an event with 120 bytes of payload, indexes and all.
pub async fn bytes(run: &mut Run) -> anyhow::Result<()> {
    progress("bytes an event");
    let database = run.server.database().await?;
    let streams = run.options.count(1_000, 5_000);
    let appender = |first| {
        let store = database.store.clone();
        tokio::spawn(async move {
            for nth in (first..streams).step_by(32) {
                let stream = StreamId::of::<crate::domain::Account>(&format!("account-{nth}"))?;
                store.append(deposits(stream, ExpectedVersion::NoStream, 10)?).await?;
            }
            anyhow::Ok(())
        })
    };
    let appenders: Vec<_> = (0..32).map(appender).collect();
    for appender in appenders {
        appender.await??;
    }
    let events = database.number("SELECT count(*) FROM es.events").await?;
    let payload = database.number("SELECT sum(length(payload::text)) FROM es.events").await?;
    let about = format!(
        "{events} events in streams of ten, {} bytes of payload each, no metadata. Target: at most \
         300 bytes in all.",
        payload / events
    );
    let mut table = Table::new("Bytes an event", about, &["relation", "bytes an event"]);
    #[expect(clippy::cast_precision_loss, reason = "a size of a few megabytes")]
    let each = |bytes: i64| Cell::number(bytes as f64 / events as f64, 1);
    let sizes = "SELECT relname::text, pg_relation_size(c.oid) FROM pg_class c \
        WHERE relnamespace = 'es'::regnamespace AND relkind IN ('r', 'i') \
          AND (relname LIKE 'events%' OR relname LIKE 'streams%') ORDER BY 2 DESC";
    for (name, bytes) in sqlx::query_as::<_, (String, i64)>(sizes).fetch_all(&database.pool).await?
    {
        table.row(vec![Cell::text(name), each(bytes)]);
    }
    let total = "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class \
        WHERE relnamespace = 'es'::regnamespace AND relname IN ('events', 'streams')";
    let total: i64 = sqlx::query_scalar(total).fetch_one(&database.pool).await?;
    table.row(vec![Cell::text("**events and streams, total relation size**"), each(total)]);
    run.report.add(table);
    Ok(())
}
