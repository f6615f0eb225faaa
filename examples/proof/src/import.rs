//! A history brought in as one import, and once more.

use std::time::Instant;

use es_core::NewEvent;
use es_core::prelude::*;
use es_postgres::{Imported, PgStore};
use futures_util::{Stream, stream};
use uuid::Uuid;

use crate::domain::{Account, AccountEvent, deposited};
use crate::report::{Cell, Table};
use crate::{Run, progress};

/// Events in each append.
const TOGETHER: u64 = 10;

/// A history, each append at the version that it expects, and the same sent again.
pub async fn history(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let appends = run.options.count(2_000, 100_000);
    let events = appends * TOGETHER;
    let streams = appends / 10;
    let about = format!(
        "{appends} appends of {TOGETHER} events to {streams} streams in turn, one after the other from one \
         stream of appends. Target: a million events in minutes."
    );
    let mut table = Table::new("Import", about, &["import", "events", "seconds", "events/s"]);
    let (first, row) = import("the first", &database.store, appends, streams).await?;
    table.row(row);
    let (again, row) = import("sent again", &database.store, appends, streams).await?;
    table.row(row);
    run.report.add(table);

    let about = "What the import says, and what is in the store after both.";
    let mut table = Table::of_guarantees("Import: nothing is lost or doubled", about);
    let stored = database.number("SELECT count(*) FROM es.events").await?;
    let misplaced = database
        .number("SELECT count(*) FROM es.events WHERE (payload ->> 'number')::bigint <> version")
        .await?;
    table.guarantee("events missing or too many", stored.abs_diff(events), events);
    table.guarantee("events out of the order of their stream", misplaced, events);
    table.guarantee("said to be stored, and not", first.events.abs_diff(stored), events);
    table.guarantee("sent again, and not answered as stored", appends - again.already, appends);
    run.report.add(table);
    Ok(())
}

async fn import(
    name: &str,
    store: &PgStore,
    appends: u64,
    streams: u64,
) -> anyhow::Result<(Imported, Vec<Cell>)> {
    let begun = Instant::now();
    let mut told = 0;
    let tell = |so_far: &Imported| {
        let tenths = so_far.appends * 10 / appends;
        if tenths > told {
            told = tenths;
            progress(&format!("import, {name}: {} events", so_far.events));
        }
    };
    let imported = store.import(source(appends, streams), tell).await?;
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a number of events")]
    let rate = imported.events as f64 / seconds;
    let row = vec![
        Cell::text(name),
        Cell::count(imported.events),
        Cell::number(seconds, 2),
        Cell::number(rate, 0),
    ];
    Ok((imported, row))
}

fn source(appends: u64, streams: u64) -> impl Stream<Item = anyhow::Result<Append>> {
    stream::iter((0..appends).map(move |nth| append(nth % streams, nth / streams)))
}

/// Events that are numbered in their stream, with ids that are the same each time.
fn append(account: u64, round: u64) -> anyhow::Result<Append> {
    let before = round * TOGETHER;
    let events = (before + 1..=before + TOGETHER)
        .map(|number| {
            let event = AccountEvent::from(deposited(number));
            let mut event = NewEvent::of(&event, Metadata::default())?;
            event.id = Uuid::from_u64_pair(account + 1, number).into();
            anyhow::Ok(event)
        })
        .collect::<Result<_, _>>()?;
    let stream = StreamId::of::<Account>(&format!("imported-{account}"))?;
    Ok(Append::to(stream, ExpectedVersion::Exact(Version(before)), events)?)
}
