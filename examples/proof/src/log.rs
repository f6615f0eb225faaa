//! The log from its beginning to its end, decoded, beside pages that are read by hand.

use std::pin::pin;
use std::time::Instant;

use anyhow::ensure;
use es_core::prelude::*;
use es_postgres::PgStore;
use futures_util::TryStreamExt;
use sqlx::{PgConnection, Row};

use crate::by_hand;
use crate::domain::AccountEvent;
use crate::fill;
use crate::measure::median;
use crate::report::{Cell, Table};
use crate::{Run, progress};

/// The query of a reader by hand.
const PAYLOADS: &str = "SELECT position, name, schema_version, payload \
    FROM es.events WHERE position > $1 ORDER BY position LIMIT 500";

/// The query of all that the store answers with: stream, name, time, and the metadata as well.
const EVERYTHING: &str = "SELECT events.position, events.name, events.schema_version, events.payload, \
        events.version, events.id, events.metadata, streams.category, streams.key, \
        extract(epoch FROM events.recorded_at)::float8 AS recorded_at \
    FROM es.events JOIN es.streams ON streams.id = events.stream \
    WHERE position > $1 ORDER BY position LIMIT 500";

pub async fn catch_up(run: &mut Run) -> anyhow::Result<()> {
    progress("catch-up read of the log");
    let database = run.server.database().await?;
    let events = run.options.count(50_000, 300_000);
    fill::accounts(&database.pool, "account ", events / 10, 10).await?;
    fill::analyze(&database.pool).await?;
    let mut connection = database.connections(1).await?.remove(0);
    let mut turns = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..run.options.rounds() + 2 {
        for (turn, sql) in turns.iter_mut().zip([PAYLOADS, EVERYTHING]) {
            let begun = Instant::now();
            let read = read_by_hand(&mut connection, sql).await?;
            turn.push(begun.elapsed().as_secs_f64());
            ensure!(read == events, "the reader by hand read {read} events");
        }
        let begun = Instant::now();
        let read = read(&database.store).await?;
        turns[2].push(begun.elapsed().as_secs_f64());
        ensure!(read == events, "the store's reader read {read} events");
    }
    let about = format!(
        "{events} events, each decoded into its enum; pages of 500 by hand. The columns that the store \
         answers with are stream, version, id, time and metadata. Target: at least 0.8 of a reader by hand."
    );
    let columns = ["contender", "events/s", "of payloads by hand", "of all columns by hand"];
    let mut table = Table::new("Catch-up read of the log", about, &columns);
    let names = ["payloads by hand", "all columns by hand", "**es**"];
    #[expect(clippy::cast_precision_loss, reason = "a number of events")]
    let rates = turns.map(|mut turn| events as f64 / median(&mut turn));
    for (name, rate) in names.iter().zip(rates) {
        table.row(vec![
            Cell::text(name),
            Cell::number(rate, 0),
            Cell::ratio(rate, rates[0]),
            Cell::ratio(rate, rates[1]),
        ]);
    }
    run.report.add(table);
    Ok(())
}

async fn read(store: &PgStore) -> anyhow::Result<u64> {
    let mut events = pin!(store.read_log(Cursor::<Position>::START));
    let mut read = 0;
    while let Some(event) = events.try_next().await? {
        std::hint::black_box(event.decode::<AccountEvent>()?);
        read += 1;
    }
    Ok(read)
}

async fn read_by_hand(connection: &mut PgConnection, sql: &'static str) -> anyhow::Result<u64> {
    let (mut read, mut after) = (0, 0_i64);
    loop {
        let page = sqlx::query(sql).bind(after).fetch_all(&mut *connection).await?;
        for row in &page {
            after = row.try_get("position")?;
            std::hint::black_box(by_hand::AccountEvent::of(row)?);
            if row.len() > 4 {
                std::hint::black_box(by_hand::Envelope::of(row)?);
            }
        }
        read += page.len() as u64;
        if page.len() < 500 {
            return Ok(read);
        }
    }
}
