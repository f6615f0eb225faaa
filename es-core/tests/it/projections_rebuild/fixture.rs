//! Balances of accounts, in as many versions as a test needs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::projection::{MemoryProjections, Projections, Slot, VersionState, VersionStatus};
use es_core::{
    Append, NewEvent, ProjectError, Projection, ProjectionId, ProjectionKey, ProjectionName,
    ProjectionStore, Projects, ReadModel, Recorded,
};
use tokio::sync::Semaphore;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "money-deposited")]
pub(crate) struct Deposited {
    pub(crate) cents: i64,
}

#[derive(EventSet, Clone)]
pub(crate) enum BalancesEvent {
    Deposited(Deposited),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) cents: BTreeMap<String, i64>,
    /// The positions of the events whose effects were had, as far as these rows were kept.
    pub(crate) effects: Vec<u64>,
}

pub(crate) type Kept = MemoryProjections<Rows>;

/// Version `V`; kept in order by the stream, or by a declared key: the first letter of the account.
#[derive(Clone, Debug)]
pub(crate) struct Balances<const V: u32, const BY_LETTER: bool = false> {
    /// Added to each deposit: a handler that is wrong.
    pub(crate) too_much: i64,
    /// An amount that cannot be handled.
    pub(crate) refused: i64,
    /// What its own check says.
    pub(crate) verdict: Option<&'static str>,
    /// The positions of the events whose effects were had, whether or not the rows were kept.
    pub(crate) mails: Arc<Mutex<Vec<u64>>>,
    /// The positions of the events that were handled.
    pub(crate) handled: Arc<Mutex<Vec<u64>>>,
    /// How many events may be handled.
    pub(crate) gate: Arc<Semaphore>,
    /// Who looks at the rows of a key writes another deposit to it, and waits until that was handled.
    pub(crate) meddles: Option<(MemoryStore, Kept)>,
}

impl<const V: u32, const BY_LETTER: bool> Default for Balances<V, BY_LETTER> {
    fn default() -> Self {
        Self {
            too_much: 0,
            refused: i64::MIN,
            verdict: None,
            mails: Arc::default(),
            handled: Arc::default(),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            meddles: None,
        }
    }
}

impl<const V: u32, const BY_LETTER: bool> Projection for Balances<V, BY_LETTER> {
    const NAME: &'static str = "balances";
    const VERSION: u32 = V;
    const KEYED_BY: &'static str = if BY_LETTER { "letter" } else { "stream" };
    const HAS_EFFECTS: bool = !BY_LETTER;
    const EFFECTS_START: es_core::Start = es_core::Start::Beginning;
    type Event = BalancesEvent;

    fn key(event: &es_core::RecordedEvent) -> Result<ProjectionKey, es_core::projection::KeyError> {
        if BY_LETTER {
            let letter = &event.stream.key().as_str()[..1];
            return Ok(ProjectionKey::new(letter).unwrap());
        }
        Ok(ProjectionKey::of_stream(&event.stream))
    }
}

impl<const V: u32, const BY_LETTER: bool> Projects<Rows> for Balances<V, BY_LETTER> {
    async fn project(
        &self,
        event: Recorded<BalancesEvent>,
        rows: &mut Rows,
    ) -> Result<(), ProjectError> {
        self.gate.acquire().await?.forget();
        let BalancesEvent::Deposited(Deposited { cents }) = event.event;
        if cents == self.refused {
            return Err(ProjectError::new("that amount is refused"));
        }
        self.handled.lock().unwrap().push(event.position.0);
        *rows.cents.entry(event.stream.key().to_string()).or_default() += cents + self.too_much;
        Ok(())
    }

    async fn react(
        &self,
        event: Recorded<BalancesEvent>,
        rows: &mut Rows,
    ) -> Result<(), ProjectError> {
        rows.effects.push(event.position.0);
        self.mails.lock().unwrap().push(event.position.0);
        Ok(())
    }
}

impl<const V: u32, const BY_LETTER: bool> ReadModel<Rows> for Balances<V, BY_LETTER> {
    async fn forget(&self, stream: &StreamId, rows: &mut Rows) -> Result<(), ProjectError> {
        rows.cents.remove(stream.key().as_str());
        Ok(())
    }

    async fn verify(&self, _: &mut Rows) -> Result<(), ProjectError> {
        self.verdict.map_or(Ok(()), |verdict| Err(ProjectError::new(verdict)))
    }

    async fn rows_of(
        &self,
        key: &ProjectionKey,
        rows: &mut Rows,
    ) -> Result<Option<serde_json::Value>, ProjectError> {
        if let Some((store, kept)) = &self.meddles {
            meddle::<V>(store, kept, key).await;
        }
        let prefix = key.as_str().rsplit('/').next().unwrap_or_default();
        let own = rows.cents.iter().filter(|(account, _)| {
            if BY_LETTER { account.starts_with(prefix) } else { account.as_str() == prefix }
        });
        Ok(Some(own.map(|(account, cents)| (account.clone(), serde_json::json!(cents))).collect()))
    }
}

/// Another node handles it, if one holds the slot.
async fn meddle<const V: u32>(store: &MemoryStore, kept: &Kept, key: &ProjectionKey) {
    let head = store.log_page(Cursor::END, 1).await.unwrap().head;
    deposit(store, key.as_str(), 1).await;
    let of_key = usize::from(Slot::of(key).number());
    for _ in 0..100 {
        if version(kept, V).await.slots[of_key].checkpoint > head {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub(crate) fn stream(account: &str) -> StreamId {
    StreamId::new(Category::new("account").unwrap(), StreamKey::new(account).unwrap())
}

pub(crate) async fn deposit(store: &MemoryStore, account: &str, cents: i64) {
    let event = BalancesEvent::from(Deposited { cents });
    let new = NewEvent::of(&event, Metadata::default()).unwrap();
    let append = Append::to(stream(account), ExpectedVersion::Any, vec![new]).unwrap();
    store.append(append).await.unwrap();
}

/// Ten accounts, `a` to `j`, each with as many deposits of one cent.
pub(crate) async fn bank(deposits: usize) -> MemoryStore {
    let store = MemoryStore::new();
    more(&store, deposits).await;
    store
}

pub(crate) async fn more(store: &MemoryStore, deposits: usize) {
    for _ in 0..deposits {
        for account in "abcdefghij".chars() {
            deposit(store, &account.to_string(), 1).await;
        }
    }
}

/// What ten accounts have after as many deposits.
pub(crate) fn each_has(cents: i64) -> BTreeMap<String, i64> {
    "abcdefghij".chars().map(|account| (account.to_string(), cents)).collect()
}

pub(crate) fn name() -> ProjectionName {
    ProjectionName::new("balances").unwrap()
}

pub(crate) fn id(version: u32) -> ProjectionId {
    ProjectionId::new(name(), version)
}

/// What is read.
pub(crate) fn read(kept: &Kept) -> BTreeMap<String, i64> {
    kept.read(&name(), |rows| rows.cents.clone()).unwrap_or_default()
}

pub(crate) async fn version(kept: &Kept, version: u32) -> VersionStatus {
    let versions = kept.versions(Some(&name())).await.unwrap();
    versions.into_iter().find(|status| status.id == id(version)).unwrap()
}

/// Waits until a version is in that state.
pub(crate) async fn until_state(kept: &Kept, number: u32, state: VersionState) {
    until(async || version(kept, number).await.state == state).await;
}

/// Waits until a version has done everything up to a position.
pub(crate) async fn until_at(kept: &Kept, number: u32, position: u64) {
    until(async || version(kept, number).await.position() >= Position(position)).await;
}

pub(crate) async fn until(mut condition: impl AsyncFnMut() -> bool) {
    let reached = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reached).await.expect("it never came to that");
}

pub(crate) fn projections(store: &MemoryStore, kept: &Kept) -> Projections<MemoryStore, Kept> {
    Projections::new(store.clone(), kept.clone())
}
