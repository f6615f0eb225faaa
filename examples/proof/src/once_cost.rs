//! The cost of an id of a request, beside a command without.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use es_core::{Repository, RequestId};
use es_postgres::PgStore;

use crate::append::measured;
use crate::measure::{Turns, Worker};
use crate::report::{Cell, Table};
use crate::requesters::Method;
use crate::server::Database;
use crate::shelf::{Change, Shelf};
use crate::{Run, progress};

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

/// The turns of one method, and the WAL of all its commands, counted or not.
struct Measured {
    method: Method,
    turns: Turns,
    wal: u64,
    commands: u64,
}

impl Measured {
    fn of(method: Method) -> Self {
        Self { method, turns: Turns::default(), wal: 0, commands: 0 }
    }
}

/// Turns of each method: a single one tells no more than how fast the disk was meanwhile.
const ROUNDS: usize = 3;

/// The cost of an id beside a command without.
pub async fn table(run: &mut Run) -> anyhow::Result<()> {
    let about = "Load a stream of up to ten events, decide, append one; with `execute`, and with \
        `execute_once` under a new id each time, which looks for an answer first and stores one with the event. \
        The ratio is to `execute`. WAL is bytes of the write-ahead log a command; the last columns are CPU time of \
        the program and of the server, microseconds a command.";
    let columns = [
        "workers",
        "method",
        "commands/s",
        "p50 ms",
        "p99 ms",
        "ratio",
        "WAL",
        "client µs",
        "server µs",
    ];
    let mut table = Table::new("Requests: the cost of an id", about, &columns);
    let database = run.server.database().await?;
    // One for all turns: a new one would be measured with its logins.
    let store = database.another_store();
    for workers in [1_u64, 8, 32] {
        progress(&format!("requests: {workers} workers"));
        let mut methods = [Measured::of(Method::Each), Measured::of(Method::Once)];
        for round in 0..run.options.rounds().max(ROUNDS) {
            for measured in &mut methods {
                take_turn(run, (&database, &store), workers, round, measured).await?;
            }
        }
        let without = methods[0].turns.rate();
        for Measured { method, mut turns, wal, commands } in methods {
            let rate = turns.rate();
            let name = if method == Method::Once { "execute_once" } else { "execute" };
            table.row(vec![
                Cell::count(workers),
                Cell::text(name),
                Cell::number(rate, 0),
                Cell::number(turns.millis(0.5), 2),
                Cell::number(turns.millis(0.99), 2),
                Cell::ratio(rate, without),
                Cell::count(wal / commands.max(1)),
                Cell::micros(turns.client_micros()),
                Cell::micros(turns.server_micros()),
            ]);
        }
    }
    run.report.add(table);
    Ok(())
}

async fn take_turn(
    run: &Run,
    (database, store): (&Database, &PgStore),
    workers: u64,
    round: usize,
    Measured { method, turns, wal, commands }: &mut Measured,
) -> anyhow::Result<()> {
    let shelves = Repository::new(store.clone());
    let client = |nth| Client {
        shelves: shelves.clone(),
        method: *method,
        name: format!("{method:?} {workers} {round} {nth}"),
        numbers: Arc::default(),
    };
    let before = (written(database).await?, stored(database).await?);
    measured(run, (0..workers).map(client).collect(), turns).await?;
    *wal += written(database).await? - before.0;
    *commands += stored(database).await? - before.1;
    Ok(())
}

/// The number of events, one of each command.
async fn stored(database: &Database) -> anyhow::Result<u64> {
    database.number("SELECT count(*) FROM es.events").await
}

async fn written(database: &Database) -> anyhow::Result<u64> {
    database.number("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint").await
}
