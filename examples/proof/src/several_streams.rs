//! Appends to several streams, all or nothing, beside appends to one.

use es_core::prelude::*;
use es_core::{Append, StreamAppend};
use es_postgres::PgStore;

use crate::append::{STREAMS, measured};
use crate::domain::{Account, AccountEvent, deposited};
use crate::measure::{Turns, Worker};
use crate::report::{Cell, Table};
use crate::{Run, progress};

const WRITERS: [usize; 4] = [1, 8, 32, 128];

/// The numbers of streams of an append.
const PARTS: [usize; 3] = [1, 2, 4];

/// One event for each stream of an append, at 1 to 128 writers.
pub async fn throughput(run: &mut Run) -> anyhow::Result<()> {
    let database = run.server.database().await?;
    let about = "Each append has one event for each of its streams, all or nothing; writers have streams \
        of their own. The ratio is to the appends to one stream of as many writers. The last columns are CPU \
        time of the program and of the server, microseconds an append.";
    let columns = [
        "writers",
        "streams",
        "appends/s",
        "p50 ms",
        "p99 ms",
        "ratio",
        "target",
        "client µs",
        "server µs",
    ];
    let mut table = Table::new("Append to several streams", about, &columns);
    for writers in WRITERS {
        progress(&format!("append to several streams: {writers} writers"));
        let mut all = [Turns::default(), Turns::default(), Turns::default()];
        for round in 0..run.options.rounds() {
            for (parts, turns) in PARTS.into_iter().zip(&mut all) {
                let writer = |nth| {
                    let name = format!("{parts}-{writers}-{round}-{nth}");
                    Writer::new(&database.store, &name, parts)
                };
                let writers = (0..writers).map(writer).collect::<Result<_, _>>()?;
                measured(run, writers, turns).await?;
            }
        }
        let one = all[0].rate();
        for (parts, mut turns) in PARTS.into_iter().zip(all) {
            let rate = turns.rate();
            table.row(vec![
                Cell::count(writers as u64),
                Cell::count(parts as u64),
                Cell::number(rate, 0),
                Cell::number(turns.millis(0.5), 2),
                Cell::number(turns.millis(0.99), 2),
                Cell::ratio(rate, one),
                Cell::text(if (writers, parts) == (32, 2) { "≥ 0.5" } else { "" }),
                Cell::micros(turns.client_micros()),
                Cell::micros(turns.server_micros()),
            ]);
        }
    }
    run.report.add(table);
    Ok(())
}

/// A writer that goes from stream to stream, so many at a time, and says each time where they must be.
struct Writer {
    store: PgStore,
    streams: Vec<(StreamId, Version)>,
    turn: usize,
    parts: usize,
}

impl Writer {
    fn new(store: &PgStore, name: &str, parts: usize) -> anyhow::Result<Self> {
        let stream = |nth| StreamId::of::<Account>(&format!("several {name}-{nth}"));
        let streams = (0..STREAMS).map(|nth| Ok((stream(nth)?, Version::NONE)));
        let streams = streams.collect::<anyhow::Result<_>>()?;
        Ok(Self { store: store.clone(), streams, turn: 0, parts })
    }
}

impl Worker for Writer {
    async fn work(&mut self) -> anyhow::Result<()> {
        self.turn = (self.turn + self.parts) % STREAMS;
        let own = &mut self.streams[self.turn..self.turn + self.parts];
        let part = |(stream, version): &(StreamId, Version)| {
            let event = NewEvent::of(&AccountEvent::from(deposited(1)), Metadata::default())?;
            let expected = ExpectedVersion::Exact(*version);
            anyhow::Ok(StreamAppend::new(stream.clone(), expected, vec![event]))
        };
        let parts = own.iter().map(part).collect::<Result<_, _>>()?;
        let appended = self.store.append(Append::new(parts)?).await?;
        for ((_, version), stored) in own.iter_mut().zip(appended.streams) {
            *version = stored.version;
        }
        Ok(())
    }
}
