//! A ledger: what was written down for each account, in the order in which it was handled.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use es_core::prelude::*;
pub(crate) use es_core::projection::{MemoryProjections, Projections, RunOptions, Running};
pub(crate) use es_core::{
    Append, Appended, NewEvent, OnFailure, Position, ProjectError, Projection, ProjectionKey,
    ProjectionName, Projects, ReadModel, Start, Token,
};

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "entry-made")]
pub(crate) struct EntryMade {
    pub(crate) number: u64,
}

#[derive(EventSet, Clone, Debug, PartialEq)]
pub(crate) enum LedgerEvent {
    EntryMade(EntryMade),
}

/// What was handled of each stream, and what effects it had.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Books {
    pub(crate) entries: BTreeMap<String, Vec<u64>>,
    pub(crate) effects: Vec<u64>,
}

impl Books {
    pub(crate) fn total(&self) -> usize {
        self.entries.values().map(Vec::len).sum()
    }
}

/// A projection that can be told what to fail at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) faults: Arc<Mutex<Faults>>,
    pub(crate) calls: Arc<AtomicUsize>,
    /// How long a handler takes.
    pub(crate) takes: Duration,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    /// Numbers that fail.
    pub(crate) numbers: Vec<u64>,
    /// Every number fails that is divided by this.
    pub(crate) every: Option<u64>,
    pub(crate) panics: bool,
    /// They fail with contention, which may be the event's own.
    pub(crate) contend: bool,
    /// How many calls fail with what a moment may cure.
    pub(crate) transient: usize,
}

impl Ledger {
    pub(crate) fn failing_at(numbers: impl IntoIterator<Item = u64>) -> Self {
        let ledger = Self::default();
        ledger.faults.lock().unwrap().numbers = numbers.into_iter().collect();
        ledger
    }

    pub(crate) fn mend(&self) {
        *self.faults.lock().unwrap() = Faults::default();
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn fail_at(&self, number: u64) -> Result<(), ProjectError> {
        let mut faults = self.faults.lock().unwrap();
        if faults.transient > 0 {
            faults.transient -= 1;
            let kind = es_core::StoreErrorKind::Unavailable;
            return Err(es_core::StoreError::new(kind, "away for a moment").into());
        }
        let is_bad = faults.numbers.contains(&number)
            || faults.every.is_some_and(|every| number.is_multiple_of(every));
        if is_bad {
            let (panics, contend) = (faults.panics, faults.contend);
            drop(faults);
            if contend {
                let kind = es_core::StoreErrorKind::Contention;
                return Err(
                    es_core::StoreError::new(kind, format!("entry {number} meets itself")).into()
                );
            }
            assert!(!panics, "entry {number} is too much");
            return Err(ProjectError::new(format!("entry {number} is wrong")));
        }
        Ok(())
    }
}

impl Projection for Ledger {
    const NAME: &'static str = "ledger";
    const VERSION: u32 = 1;
    type Event = LedgerEvent;
}

impl Projects<Books> for Ledger {
    async fn project(
        &self,
        event: Recorded<LedgerEvent>,
        db: &mut Books,
    ) -> Result<(), ProjectError> {
        let LedgerEvent::EntryMade(EntryMade { number }) = event.event;
        self.calls.fetch_add(1, Ordering::Relaxed);
        if !self.takes.is_zero() {
            tokio::time::sleep(self.takes).await;
        }
        // Written before it fails: what is undone must not be seen.
        db.entries.entry(event.stream.key().to_string()).or_default().push(number);
        self.fail_at(number)
    }
}

impl ReadModel<Books> for Ledger {}

pub(crate) fn name() -> ProjectionName {
    ProjectionName::new("ledger").unwrap()
}

pub(crate) fn stream(key: &str) -> StreamId {
    StreamId::new(Category::new("account").unwrap(), StreamKey::new(key).unwrap())
}

pub(crate) fn key(account: &str) -> ProjectionKey {
    ProjectionKey::of_stream(&stream(account))
}

/// Entries in the book of one account.
pub(crate) async fn enter(
    store: &impl EventStore,
    account: &str,
    numbers: impl IntoIterator<Item = u64>,
) -> Token {
    let new = |number| {
        NewEvent::of(&LedgerEvent::from(EntryMade { number }), Metadata::default()).unwrap()
    };
    let events = numbers.into_iter().map(new).collect();
    let append = Append::to(stream(account), ExpectedVersion::Any, events).unwrap();
    let appended: Appended = store.append(append).await.unwrap();
    appended.token().unwrap()
}

pub(crate) type Kept = MemoryProjections<Books>;
pub(crate) type Ledgers = Projections<MemoryStore, Kept>;

/// Nodes of one service: each has its own handle on the same two stores.
pub(crate) fn node(store: &MemoryStore, kept: &Kept) -> Ledgers {
    Projections::new(store.clone(), kept.clone())
}

pub(crate) fn service() -> (MemoryStore, Kept, Ledgers) {
    let (store, kept) = (MemoryStore::new(), Kept::new());
    let ledgers = node(&store, &kept);
    (store, kept, ledgers)
}

/// Short leases, so that tests need not wait.
pub(crate) fn brisk() -> RunOptions {
    RunOptions::default().with_lease(Duration::from_millis(600))
}

pub(crate) fn books(kept: &Kept) -> Books {
    kept.read(&name(), Clone::clone).unwrap_or_default()
}

pub(crate) const LONG: Duration = Duration::from_secs(30);

/// Waits until it is so; fails after half a minute.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let looking = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(LONG, looking).await.is_ok(), "never: {what}");
}

/// As [`until`], for what is asked of a store.
pub(crate) async fn until_it<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(LONG, looking).await.is_ok(), "never: {what}");
}
