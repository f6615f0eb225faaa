//! Appends that go on whatever happens: each is sent until it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::NewEvent;
use es_core::prelude::*;
use es_postgres::PgStore;
use fastrand::Rng;
use tokio::task::JoinHandle;

use crate::Run;
use crate::domain::{Account, AccountEvent, Withdrawn, deposited};

/// Streams to which all of them write.
const HOT: usize = 200;

/// Appenders at work.
pub struct Appenders {
    over: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<anyhow::Result<Done>>>,
}

/// The work that the appenders did.
#[derive(Default)]
pub struct Done {
    pub appends: u64,
    pub events: u64,
    /// Tries that were answered with an error.
    pub failures: u64,
    /// The last of all positions.
    pub last: Position,
}

/// The pace of each appender, and the events that it appends.
#[derive(Clone, Copy)]
pub struct Pace {
    pub pause: Duration,
    /// One event of so many is a withdrawal.
    pub withdrawn: u8,
    /// The prefix of the names of their streams.
    pub prefix: &'static str,
}

impl Appenders {
    pub fn start(run: &Run, store: &PgStore, count: u16, pace: Pace) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let appender = |nth| {
            let dice = run.options.dice("appenders", u64::from(nth));
            let (store, over) = (store.clone(), over.clone());
            tokio::spawn(append(store, dice, pace, over))
        };
        let tasks = (0..count).map(appender).collect();
        Self { over, tasks }
    }

    pub async fn stop(self) -> anyhow::Result<Done> {
        self.over.store(true, Ordering::SeqCst);
        let mut all = Done::default();
        for task in self.tasks {
            let done = task.await??;
            all.appends += done.appends;
            all.events += done.events;
            all.failures += done.failures;
            all.last = all.last.max(done.last);
        }
        Ok(all)
    }
}

async fn append(
    store: PgStore,
    mut dice: Rng,
    pace: Pace,
    over: Arc<AtomicBool>,
) -> anyhow::Result<Done> {
    let mut done = Done::default();
    while !over.load(Ordering::SeqCst) {
        let stream = StreamId::of::<Account>(&format!("{}{}", pace.prefix, dice.usize(..HOT)))?;
        let events =
            (0..dice.u8(1..4)).map(|_| event(&mut dice, pace)).collect::<Result<_, _>>()?;
        let append = Append::to(stream, ExpectedVersion::Any, events)?;
        done.events += append.events() as u64;
        let appended = loop {
            match store.append(append.clone()).await {
                Ok(appended) => break appended,
                Err(_) => done.failures += 1,
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        done.appends += 1;
        done.last = appended.position().unwrap_or_default().max(done.last);
        tokio::time::sleep(pace.pause).await;
    }
    Ok(done)
}

fn event(dice: &mut Rng, pace: Pace) -> anyhow::Result<NewEvent> {
    let number = dice.u64(..1 << 30);
    let event = if dice.u8(..pace.withdrawn) == 0 {
        AccountEvent::from(Withdrawn { number, cents: dice.u32(..9000), reference: "cash".into() })
    } else {
        AccountEvent::from(deposited(number))
    };
    Ok(NewEvent::of(&event, Metadata::default())?)
}
