//! Commands: load a stream of ten, decide, append; on aggregates of their own and on one for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use es_core::Repository;
use es_postgres::PgStore;
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use crate::append::measured;
use crate::baseline::insert_one;
use crate::by_hand::{self, AccountEvent};
use crate::domain::{Account, Deposit, deposited};
use crate::fill;
use crate::measure::{Turns, Worker};
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, progress};

/// The distribution of the workers over the accounts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    /// Each worker on accounts of its own. An account has five events at first and is left after
    /// ten commands, so that a load reads ten events on average.
    Own,
    /// All workers on one account, which has five events at first and is left after a hundred
    /// commands.
    One,
}

/// A way to execute commands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Textbook,
    /// No option set.
    Plain,
    Cached,
    Unbatched,
    UnbatchedCached,
}

const WAYS: [(&str, Way); 5] = [
    ("textbook transaction", Way::Textbook),
    ("**es**", Way::Plain),
    ("**es**, cached", Way::Cached),
    ("**es**, without batching", Way::Unbatched),
    ("**es**, cached, without batching", Way::UnbatchedCached),
];

const CELLS: [(Spread, usize); 6] = [
    (Spread::Own, 1),
    (Spread::Own, 8),
    (Spread::Own, 32),
    (Spread::Own, 128),
    (Spread::One, 8),
    (Spread::One, 32),
];

/// States that a cached repository remembers: more than there are in use at a time.
const REMEMBERED: u64 = 10_000;

/// Commands a second, and how long each takes.
pub async fn throughput(run: &mut Run) -> anyhow::Result<()> {
    let about = "Load a stream of ten events (on the one account: of 5 to 104), decide, append one \
        event. The textbook reads the stream, decides by hand, and appends as in the table above (SELECT \
        max, INSERT, COMMIT), on a connection of its own for each worker; it tries again when another \
        one was faster. The ratio is to the textbook. The last columns are CPU time of the program and of \
        the server, microseconds a command.";
    let columns = [
        "accounts",
        "workers",
        "contender",
        "commands/s",
        "p50 ms",
        "p99 ms",
        "ratio",
        "target",
        "client µs",
        "server µs",
    ];
    let mut table = Table::new("Commands", about, &columns);
    let database = run.server.database().await?;
    fill::accounts(&database.pool, "others ", 2_000, 5).await?;
    fill::analyze(&database.pool).await?;
    for (spread, workers) in CELLS {
        let accounts = if spread == Spread::Own { "own" } else { "one" };
        progress(&format!("commands: {workers} workers, {accounts} accounts"));
        let mut turns: Vec<_> = WAYS.iter().map(|_| Turns::default()).collect();
        for round in 0..run.options.rounds() {
            for ((name, way), turns) in WAYS.iter().zip(&mut turns) {
                let name = format!("{name} {accounts} {workers} {round} ");
                contender(run, &database, (*way, spread), workers, &name, turns).await?;
            }
        }
        let textbook = turns[0].rate();
        for ((name, way), mut turns) in WAYS.iter().zip(turns) {
            let rate = turns.rate();
            table.row(vec![
                Cell::text(accounts),
                Cell::count(workers as u64),
                Cell::text(name),
                Cell::number(rate, 0),
                Cell::number(turns.millis(0.5), 2),
                Cell::number(turns.millis(0.99), 2),
                Cell::ratio(rate, textbook),
                Cell::text(target(*way, spread, workers)),
                Cell::micros(turns.client_micros()),
                Cell::micros(turns.server_micros()),
            ]);
        }
    }
    run.report.add(table);
    Ok(())
}

fn target(way: Way, spread: Spread, workers: usize) -> &'static str {
    match (way, spread, workers) {
        (Way::Plain, Spread::Own, 1) => "≥ 1.5",
        (Way::Cached, Spread::Own, 1) => "≥ 2.2",
        (Way::Plain, Spread::Own, 8) => "≥ 1.6",
        (Way::Cached, Spread::Own, 8) => "≥ 2.0",
        (Way::Plain, Spread::Own, 32) => "≥ 5",
        (Way::Cached, Spread::Own, 32) => "≥ 6.5",
        (Way::Plain, Spread::Own, 128) => "≥ 7",
        (Way::Cached, Spread::Own, 128) => "≥ 9",
        (Way::Plain, Spread::One, 8) => "≥ 10",
        (Way::Plain, Spread::One, 32) => "≥ 40",
        _ => "",
    }
}

async fn contender(
    run: &Run,
    database: &Database,
    (way, spread): (Way, Spread),
    workers: usize,
    name: &str,
    turns: &mut Turns,
) -> anyhow::Result<()> {
    // More accounts than 60,000 commands a second would use up.
    let count = u64::try_from(run.options.slice().as_millis())? * 60 / 10 + 200;
    fill::accounts(&database.pool, name, count, 5).await?;
    let accounts = Arc::new(Accounts { name: name.to_owned(), count, next: AtomicU64::new(0) });
    let route = || match spread {
        Spread::Own => Route::Own { accounts: accounts.clone(), current: 0, left: 0 },
        Spread::One => Route::One { accounts: accounts.clone() },
    };
    if way == Way::Textbook {
        let connections = database.connections(workers).await?;
        let worker = |connection| ByHand { connection, route: route() };
        measured(run, connections.into_iter().map(worker).collect(), turns).await?;
    } else {
        let plain = Repository::new(database.store.clone());
        let unbatched = Repository::without_command_batching(database.store.clone());
        let repository = match way {
            Way::Textbook | Way::Plain => plain,
            Way::Cached => plain.with_cache(REMEMBERED),
            Way::Unbatched => unbatched,
            Way::UnbatchedCached => unbatched.with_cache(REMEMBERED),
        };
        let worker = |_| Executor { repository: repository.clone(), route: route() };
        measured(run, (0..workers).map(worker).collect(), turns).await?;
    }
    Ok(())
}

/// The accounts of one turn.
struct Accounts {
    name: String,
    count: u64,
    next: AtomicU64,
}

impl Accounts {
    fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    fn key(&self, nth: u64) -> String {
        format!("{}{}", self.name, nth % self.count)
    }
}

/// The choice of the next account.
enum Route {
    Own { accounts: Arc<Accounts>, current: u64, left: u32 },
    One { accounts: Arc<Accounts> },
}

impl Route {
    fn next(&mut self) -> String {
        match self {
            Self::Own { accounts, current, left } => {
                if *left == 0 {
                    (*current, *left) = (accounts.next(), 10);
                }
                *left -= 1;
                accounts.key(*current)
            }
            Self::One { accounts } => accounts.key(accounts.next() / 100),
        }
    }
}

struct Executor {
    repository: Repository<Account, PgStore>,
    route: Route,
}

impl Worker for Executor {
    async fn work(&mut self) -> anyhow::Result<()> {
        self.repository.execute(Deposit { account: self.route.next(), number: 1 }).await?;
        Ok(())
    }
}

struct ByHand {
    connection: PgConnection,
    route: Route,
}

impl Worker for ByHand {
    async fn work(&mut self) -> anyhow::Result<()> {
        let account = self.route.next();
        while !deposit_by_hand(&mut self.connection, &account, 1).await? {}
        Ok(())
    }
}

/// The textbook's command; whether it was the first to write the next version.
pub async fn deposit_by_hand(
    connection: &mut PgConnection,
    account: &str,
    number: u64,
) -> Result<bool, anyhow::Error> {
    let events = "SELECT events.stream, events.name, events.schema_version, events.payload \
          FROM es.events JOIN es.streams ON streams.id = events.stream \
         WHERE streams.category = 'account' AND streams.key = $1 \
         ORDER BY events.version";
    let rows = sqlx::query(events).bind(account.to_owned()).fetch_all(&mut *connection).await?;
    let mut state = Account::default();
    let mut stream = 0;
    for row in &rows {
        stream = row.try_get("stream")?;
        by_hand::evolve(&mut state, AccountEvent::of(row)?);
    }
    let version = i64::try_from(rows.len())? + 1;
    let payload = serde_json::to_string(&deposited(number))?;
    let mut tx = connection.begin().await?;
    let max = "SELECT max(version) FROM es.events WHERE stream = $1";
    let actual: Option<i64> = sqlx::query_scalar(max).bind(stream).fetch_one(&mut *tx).await?;
    if actual.unwrap_or(0) >= version {
        tx.rollback().await?;
        return Ok(false);
    }
    match insert_one(&mut tx, stream, version, &Uuid::now_v7(), &payload).await {
        Ok(()) => tx.commit().await.map(|()| true).map_err(Into::into),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            tx.rollback().await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
