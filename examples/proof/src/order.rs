//! Writers of every manner and readers beside them: nothing is lost, doubled, inverted or refused
//! without a reason.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_postgres::PgStore;
use fastrand::Rng;
use sqlx::PgPool;

use crate::append::deposits;
use crate::domain::Account;
use crate::journal::{Differences, Entry, Journal};
use crate::reader::{self, Missed};
use crate::report::Table;
use crate::server::Database;
use crate::{Run, progress, rivals};

/// Streams to which all writers write.
const HOT: usize = 8;

/// The books of one leg are kept in memory: a long torture has several.
const LEG: Duration = Duration::from_secs(15);

pub async fn torture(run: &mut Run) -> anyhow::Result<()> {
    let (mut found, mut ours, mut naive) =
        (Differences::default(), Missed::default(), Missed::default());
    let mut conflicts = Conflicts::default();
    let mut left = run.options.torture();
    let mut nth = 0;
    while !left.is_zero() {
        progress(&format!("order: {} s of torture left", left.as_secs()));
        let leg = left.min(LEG);
        let outcome = one_leg(run, leg, nth).await?;
        found += outcome.differences;
        conflicts.told += outcome.conflicts.told;
        conflicts.unfounded += outcome.conflicts.unfounded;
        for seen in &outcome.seen {
            ours.add(seen, &outcome.truth);
        }
        naive.add(&outcome.naive, &outcome.truth);
        left -= leg;
        nth += 1;
    }
    progress("order: what breaks it");
    let doubled = rivals::unguarded(run).await?;
    let aborts = rivals::serializable(run).await?;

    let about = format!(
        "{} writers, {} readers and a naive one for {} s: streams that all write to, streams of one's \
         own, versions that are surely wrong, transactions of one to three appends with pauses, a fifth \
         of them rolled back. {} events in {} appends, {} of them conflicts.",
        run.options.writers,
        run.options.readers,
        run.options.torture().as_secs(),
        found.events,
        found.appends,
        conflicts.told,
    );
    let mut table = Table::of_guarantees("Order under torture", about);
    let reader = "a reader that asks for positions greater than its last";
    table.guarantee_beside(
        "events lost by a reader",
        (ours.lost, format!("{} read", ours.read)),
        (format!("{} of {}", naive.lost, naive.read), reader),
    );
    table.guarantee("events read twice", ours.doubled, format!("{} read", ours.read));
    table.guarantee("events read out of order", ours.inverted, format!("{} read", ours.read));
    table.guarantee_beside(
        "two commits for one expected version",
        (found.twice, format!("{} appends", found.appends)),
        doubled,
    );
    table.guarantee_beside(
        "conflicts without a reason",
        (conflicts.unfounded, format!("{} conflicts", conflicts.told)),
        aborts,
    );
    let of = format!("{} appends", found.appends);
    table.guarantee("acknowledged and not there as told", found.missing, &of);
    table.guarantee("refused or rolled back, and there", found.ghosts, &of);
    table.guarantee("appends stored in part", found.halves, &of);
    let of = format!("{} events", found.events);
    table.guarantee("event ids stored twice", found.doubled, &of);
    table.guarantee("gaps in versions, positions that do not rise", found.disorder, &of);
    run.report.add(table);
    Ok(())
}

/// Conflicts that writers were told, and those among them that cannot be true.
#[derive(Default)]
struct Conflicts {
    told: u64,
    unfounded: u64,
}

struct Leg {
    differences: Differences,
    conflicts: Conflicts,
    seen: Vec<reader::Seen>,
    naive: reader::Seen,
    truth: std::collections::HashSet<u64>,
}

async fn one_leg(run: &Run, lasts: Duration, nth: u64) -> anyhow::Result<Leg> {
    let database = run.server.database().await?;
    let over = Arc::new(AtomicBool::new(false));
    let naive = tokio::spawn(reader::follow_naively(database.pool.clone(), over.clone()));
    let follow = |_| tokio::spawn(reader::follow(database.another_store(), over.clone()));
    let readers: Vec<_> = (0..run.options.readers).map(follow).collect();
    let known = Arc::new(std::array::from_fn::<_, HOT, _>(|_| AtomicU64::new(0)));
    let until = Instant::now() + lasts;
    let writer = |writer| {
        let dice = run.options.dice("order", nth * 1000 + u64::from(writer));
        tokio::spawn(Writer::new(&database, dice, writer, known.clone()).write(until))
    };
    let writers: Vec<_> = (0..run.options.writers).map(writer).collect();

    let mut journal = Journal::default();
    let mut conflicts = Conflicts::default();
    for writer in writers {
        let writer = writer.await??;
        journal.join(writer.journal);
        conflicts.told += writer.conflicts.told;
        conflicts.unfounded += writer.conflicts.unfounded;
    }
    over.store(true, Ordering::SeqCst);
    let mut seen = Vec::new();
    for reader in readers {
        seen.push(reader.await??);
    }
    let naive = naive.await??;
    let truth = reader::truth(&database.pool).await?;
    Ok(Leg { differences: journal.compare(&database).await?, conflicts, seen, naive, truth })
}

struct Writer {
    store: PgStore,
    pool: PgPool,
    dice: Rng,
    name: u16,
    /// The version that each hot stream is known to have, as the last answer told it.
    known: Arc<[AtomicU64; HOT]>,
    own: u64,
    journal: Journal,
    conflicts: Conflicts,
}

impl Writer {
    fn new(database: &Database, dice: Rng, name: u16, known: Arc<[AtomicU64; HOT]>) -> Self {
        let (store, pool) = (database.store.clone(), database.pool.clone());
        let (journal, conflicts) = (Journal::default(), Conflicts::default());
        Self { store, pool, dice, name, known, own: 0, journal, conflicts }
    }

    async fn write(mut self, until: Instant) -> anyhow::Result<Self> {
        while Instant::now() < until {
            match self.dice.u8(..10) {
                0..4 => self.hot().await?,
                4 => self.wrong().await?,
                5..8 => self.own().await?,
                _ => self.transaction().await?,
            }
        }
        Ok(self)
    }

    /// Appends to a stream that all write to, after the version that is known of it.
    ///
    /// The conflict may name any version but the expected one and one older than what was known
    /// before the call.
    async fn hot(&mut self) -> anyhow::Result<()> {
        let hot = self.dice.usize(..HOT);
        let known = self.known[hot].load(Ordering::SeqCst);
        let stream = StreamId::of::<Account>(&format!("hot-{hot}"))?;
        let append =
            deposits(stream, ExpectedVersion::Exact(Version(known)), self.dice.usize(1..4))?;
        let entry = Entry::of(&append, true);
        match self.store.append(append).await {
            Ok(appended) => {
                let version = appended.streams.first().map_or(0, |stream| stream.version.0);
                self.known[hot].fetch_max(version, Ordering::SeqCst);
                self.journal.add(entry.stored(&appended));
            }
            Err(AppendError::Conflict(conflict)) => {
                self.conflict(conflict.actual.0 <= known);
                self.known[hot].fetch_max(conflict.actual.0, Ordering::SeqCst);
                self.journal.add(entry.refused());
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Appends to a hot stream at a version that it does not reach.
    async fn wrong(&mut self) -> anyhow::Result<()> {
        let stream = StreamId::of::<Account>(&format!("hot-{}", self.dice.usize(..HOT)))?;
        let append = deposits(stream, ExpectedVersion::Exact(Version(1 << 40)), 2)?;
        let entry = Entry::of(&append, true);
        match self.store.append(append).await {
            Err(AppendError::Conflict(conflict)) => {
                self.conflict(conflict.actual.0 == 1 << 40);
                self.journal.add(entry.refused());
                Ok(())
            }
            // Kept as refused: the comparison finds what should not be there.
            Ok(_) => {
                self.journal.add(entry.refused());
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Appends to a stream that nobody else writes to: no conflict can be true.
    async fn own(&mut self) -> anyhow::Result<()> {
        let stream = StreamId::of::<Account>(&format!("own-{}", self.name))?;
        let append = deposits(stream, ExpectedVersion::Exact(Version(self.own)), 1)?;
        let entry = Entry::of(&append, true);
        match self.store.append(append).await {
            Ok(appended) => {
                self.own += 1;
                self.journal.add(entry.stored(&appended));
                Ok(())
            }
            Err(AppendError::Conflict(_)) => {
                self.conflict(true);
                self.journal.add(entry.refused());
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A transaction of the service: one to three appends with pauses, one of five rolled back.
    async fn transaction(&mut self) -> anyhow::Result<()> {
        let mut tx = self.pool.begin().await?;
        let mut entries = Vec::new();
        for nth in 0..self.dice.u8(1..4) {
            // One hot stream at most, and first: two transactions do not wait for each other.
            let key = match nth {
                0 => format!("hot-{}", self.dice.usize(..HOT)),
                nth => format!("within-{}-{nth}", self.name),
            };
            let append = deposits(StreamId::of::<Account>(&key)?, ExpectedVersion::Any, 1)?;
            let entry = Entry::of(&append, false);
            entries.push((entry, self.store.append_within(&mut tx, append).await?));
            tokio::time::sleep(Duration::from_millis(self.dice.u64(..8))).await;
        }
        let rolled_back = self.dice.u8(..5) == 0;
        if rolled_back {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
        }
        for (entry, appended) in entries {
            let entry = if rolled_back { entry.refused() } else { entry.stored(&appended) };
            self.journal.add(entry);
        }
        Ok(())
    }

    fn conflict(&mut self, unfounded: bool) {
        self.conflicts.told += 1;
        self.conflicts.unfounded += u64::from(unfounded);
    }
}
