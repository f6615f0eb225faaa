//! Folding events: instructions and time an event, derived and by hand; loads of short and long
//! streams.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use es_core::RawEvent;
use es_core::prelude::*;
use es_postgres::PgStore;

use crate::by_hand;
use crate::callgrind;
use crate::cli::value_name;
use crate::domain::{Account, AccountEvent, Keep, Kept, Opened, Withdrawn, deposited};
use crate::fill;
use crate::measure::median;
use crate::report::{Cell, Table};
use crate::server::Database;
use crate::{Run, progress};

/// The code that folds.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
pub enum Path {
    /// The code that the derives wrote.
    Derived,
    /// An enum and two matches.
    ByHand,
}

pub async fn tables(run: &mut Run) -> anyhow::Result<()> {
    progress("replay: instructions and time an event");
    let fold = tokio::task::spawn_blocking({
        let options = run.options.clone();
        move || fold_table(&options)
    });
    run.report.add(fold.await??);
    loads(run).await
}

fn fold_table(options: &crate::cli::Options) -> anyhow::Result<Table> {
    let about = "Stored form to state, in memory: name and version to a struct, the struct to the \
        state. Instructions are those that callgrind counts for two folds of different length, divided \
        by the difference. Target: within 1 % of the one by hand.";
    let columns = ["contender", "events/s", "ratio", "instructions an event", "ratio "];
    let mut table = Table::new("Replay", about, &columns);
    let events = stored(options.count(50_000, 500_000))?;
    let (mut derived, mut handmade) = (Vec::new(), Vec::new());
    for _ in 0..7 {
        handmade.push(rate(&events, by_hand::fold)?);
        derived.push(rate(&events, fold)?);
    }
    let rates = [median(&mut handmade), median(&mut derived)];
    let counts = [Path::ByHand, Path::Derived]
        .map(|path| callgrind::instructions(&["fold".to_owned(), value_name(&path)], LENGTHS));
    if let Err(error) = &counts[0] {
        eprintln!("  instructions are not counted: {error:#}");
    }
    let first = counts[0].as_ref().ok().copied();
    for ((name, rate), count) in ["by hand", "**es**"].iter().zip(rates).zip(counts) {
        let (count, ratio) = match (count, first) {
            (Ok(count), Some(first)) => (Cell::number(count, 1), Cell::number(count / first, 4)),
            _ => (Cell::text("valgrind is not there"), Cell::Nothing),
        };
        table.row(vec![
            Cell::text(name),
            Cell::number(rate, 0),
            Cell::ratio(rate, rates[0]),
            count,
            ratio,
        ]);
    }
    Ok(table)
}

/// The lengths of the two folds that callgrind looks at.
const LENGTHS: [u64; 2] = [5_000, 10_000];

/// Events of three kinds, as a store has them.
fn stored(count: u64) -> anyhow::Result<Vec<RawEvent>> {
    let event = |number: u64| -> AccountEvent {
        match number % 10 {
            0 => Opened { owner: format!("owner {number}") }.into(),
            1..=6 => deposited(number).into(),
            _ => Withdrawn { number, cents: 10, reference: deposited(number).reference }.into(),
        }
    };
    Ok((0..count).map(|number| event(number).to_raw()).collect::<Result<_, _>>()?)
}

fn fold(events: &[RawEvent]) -> anyhow::Result<Account> {
    let mut account = Account::default();
    for raw in events {
        AccountEvent::from_raw(raw)?.into_iter().for_each(|event| account.evolve(event));
    }
    Ok(account)
}

#[expect(clippy::cast_precision_loss, reason = "a number of events")]
fn rate(
    events: &[RawEvent],
    fold: fn(&[RawEvent]) -> anyhow::Result<Account>,
) -> anyhow::Result<f64> {
    let begun = Instant::now();
    black_box(fold(black_box(events))?);
    Ok(events.len() as f64 / begun.elapsed().as_secs_f64())
}

/// Folds once, while callgrind looks on.
pub fn fold_once(path: Path, events: u64) -> anyhow::Result<()> {
    // As many are made each time, so that only the fold differs between two runs.
    let made = stored(LENGTHS[1])?;
    let events = &made[..usize::try_from(events)?.min(made.len())];
    black_box(match path {
        Path::Derived => fold(events),
        Path::ByHand => by_hand::fold(events),
    })?;
    Ok(())
}

/// Loads through the store, beside one SELECT and a fold by hand.
async fn loads(run: &mut Run) -> anyhow::Result<()> {
    let about = "One load, median of many: the repository, beside one SELECT of the whole stream that \
        is decoded and folded by hand, of the three columns that a fold needs and of all columns of an \
        event. With a snapshot for every 96 events: the newest one is 40 events \
        old in a stream of 1,000, and 64 in one of 100,000. A stream of 10 has none; there it is what \
        looking for one costs. The ratios are to those by hand.";
    let columns = [
        "events",
        "contender",
        "ms a load",
        "events/s",
        "of three columns",
        "of all columns",
        "target of the latter",
    ];
    let mut table = Table::new("Load", about, &columns);
    let database = run.server.database().await?;
    let accounts = Repository::<Account, _>::new(database.store.clone());
    let kept = Repository::<Kept, _>::new(database.store.clone());
    let mut connection = database.connections(1).await?.remove(0);
    for (events, newer, times) in [(10_u32, 10, 400), (1_000, 40, 60), (100_000, 64, 3)] {
        progress(&format!("load of {events} events"));
        let times = if run.options.quick { times / 10 + 1 } else { times };
        let account = account_of(events, newer, &database, &kept).await?;
        let (mut handmade, mut whole) = (Vec::new(), Vec::new());
        let (mut derived, mut snapshot) = (Vec::new(), Vec::new());
        for _ in 0..times {
            let begun = Instant::now();
            let state = load_by_hand(&mut connection, &account).await?;
            handmade.push(begun.elapsed().as_secs_f64());
            let begun = Instant::now();
            ensure!(load_all_columns_by_hand(&mut connection, &account).await? == state);
            whole.push(begun.elapsed().as_secs_f64());
            let begun = Instant::now();
            let loaded = accounts.load(&account).await?;
            derived.push(begun.elapsed().as_secs_f64());
            ensure!(loaded.state == state && loaded.version.0 == u64::from(events));
            let begun = Instant::now();
            let loaded = kept.load(&account).await?;
            snapshot.push(begun.elapsed().as_secs_f64());
            ensure!(loaded.state.account == state && loaded.version.0 == u64::from(events));
        }
        let (hand, whole) = (median(&mut handmade), median(&mut whole));
        let target = if events == 1_000 { "≥ 1.6" } else { "" };
        let contenders = [
            ("by hand, three columns", hand, ""),
            ("by hand, all columns", whole, ""),
            ("**es**", median(&mut derived), target),
            ("**es**, with snapshots", median(&mut snapshot), ""),
        ];
        for (name, seconds, target) in contenders {
            table.row(vec![
                Cell::count(events.into()),
                Cell::text(name),
                Cell::number(seconds * 1000.0, 3),
                Cell::number(f64::from(events) / seconds, 0),
                Cell::ratio(hand, seconds),
                Cell::ratio(whole, seconds),
                Cell::text(target),
            ]);
        }
    }
    run.report.add(table);
    Ok(())
}

/// An account with `events`, of which `newer` come from commands: the first of them finds that a
/// snapshot is due, if one is, and keeps it. All of them are what a load then reads after it.
async fn account_of(
    events: u32,
    newer: u32,
    database: &Database,
    kept: &Repository<Kept, PgStore>,
) -> anyhow::Result<String> {
    let prefix = format!("{events} events, nr. ");
    let account = format!("{prefix}0");
    let older = events - newer;
    if older > 0 {
        fill::accounts(&database.pool, &prefix, 1, older.into()).await?;
    }
    for number in 0..newer {
        kept.execute(Keep { account: account.clone(), number: number.into() }).await?;
        if number == 0 && older > 0 {
            wait_for_snapshot(database, &account, older).await?;
        }
    }
    fill::analyze(&database.pool).await?;
    Ok(account)
}

/// Waits for the snapshot, which is written beside the answer to the command.
async fn wait_for_snapshot(database: &Database, account: &str, version: u32) -> anyhow::Result<()> {
    let sql = "SELECT EXISTS (SELECT FROM es.snapshots \
        WHERE snapshots.stream = (SELECT id FROM es.streams WHERE category = 'account' AND key = $1) \
          AND snapshots.version = $2)";
    for _ in 0..1000 {
        let query = sqlx::query_scalar(sql).bind(account.to_owned()).bind(i64::from(version));
        if query.fetch_one(&database.pool).await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("the snapshot of {account} at version {version} was not written")
}

/// One SELECT of what is needed, a match and a fold.
pub async fn load_by_hand(
    connection: &mut sqlx::PgConnection,
    account: &str,
) -> anyhow::Result<Account> {
    let sql = "SELECT events.name, events.schema_version, events.payload FROM es.events \
        WHERE events.stream = (SELECT id FROM es.streams WHERE category = 'account' AND key = $1) \
        ORDER BY events.version";
    let rows = sqlx::query(sql).bind(account.to_owned()).fetch_all(connection).await?;
    let mut state = Account::default();
    for row in &rows {
        by_hand::evolve(&mut state, by_hand::AccountEvent::of(row)?);
    }
    Ok(state)
}

/// Loads like [`load_by_hand`], but all that is stored of an event.
async fn load_all_columns_by_hand(
    connection: &mut sqlx::PgConnection,
    account: &str,
) -> anyhow::Result<Account> {
    let sql = "SELECT streams.category, streams.key, events.position, events.version, events.id, events.name, \
               events.schema_version, events.payload, events.metadata, \
               extract(epoch FROM events.recorded_at)::float8 AS recorded_at \
          FROM es.events JOIN es.streams ON streams.id = events.stream \
         WHERE streams.category = 'account' AND streams.key = $1 ORDER BY events.version";
    let rows = sqlx::query(sql).bind(account.to_owned()).fetch_all(connection).await?;
    let mut state = Account::default();
    for row in &rows {
        black_box(by_hand::Envelope::of(row)?);
        by_hand::evolve(&mut state, by_hand::AccountEvent::of(row)?);
    }
    Ok(state)
}
