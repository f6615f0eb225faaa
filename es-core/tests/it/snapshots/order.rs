//! An order: a state of several kinds of fields, and histories of it.

use std::collections::BTreeMap;

use es_core::prelude::*;
use es_core::{Appended, Fingerprint, RecordedEvent, Snapshot};
use tokio::task::yield_now;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "ordered")]
pub(crate) struct Ordered {
    pub(crate) article: String,
    pub(crate) count: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "emptied")]
pub(crate) struct Emptied;

#[derive(Shape, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
pub(crate) struct Line {
    pub(crate) article: String,
    pub(crate) count: u32,
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(
    name = "order",
    id = String,
    events(Ordered, Emptied),
    snapshot(every = 5, keep = 2)
)]
pub(crate) struct Order {
    pub(crate) lines: Vec<Line>,
    pub(crate) in_all: BTreeMap<String, u64>,
    pub(crate) last: Option<String>,
    pub(crate) weight: f64,
}

impl Apply<Ordered> for Order {
    fn apply(&mut self, Ordered { article, count }: Ordered) {
        *self.in_all.entry(article.clone()).or_default() += u64::from(count);
        self.weight = if count == NO_NUMBER { f64::NAN } else { self.weight + 0.1 };
        self.last = Some(article.clone());
        self.lines.push(Line { article, count });
    }
}

impl Apply<Emptied> for Order {
    fn apply(&mut self, _: Emptied) {
        *self = Self { in_all: std::mem::take(&mut self.in_all), ..Self::default() };
    }
}

/// So many of an article weigh what no JSON can say.
pub(crate) const NO_NUMBER: u32 = 666;

/// The same events as [`Order`], another state.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(
    name = "order",
    id = String,
    events(Ordered, Emptied),
    snapshot(every = 5, version = 2)
)]
pub(crate) struct Changed {
    pub(crate) events: u32,
}

impl Apply<Ordered> for Changed {
    fn apply(&mut self, _: Ordered) {
        self.events += 1;
    }
}

impl Apply<Emptied> for Changed {
    fn apply(&mut self, _: Emptied) {
        self.events += 1;
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Order, any)]
pub(crate) struct Add {
    #[command(id)]
    pub(crate) order: String,
    pub(crate) count: u32,
}

impl Decide<Add> for Order {
    type Events = Ordered;

    fn decide(&self, add: Add) -> Result<Ordered, Self::Error> {
        Ok(Ordered { article: format!("article-{}", self.lines.len() % 3), count: add.count })
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Order, any)]
pub(crate) struct AddMany {
    #[command(id)]
    pub(crate) order: String,
    pub(crate) articles: u32,
}

impl Decide<AddMany> for Order {
    type Events = Vec<Ordered>;

    fn decide(&self, add: AddMany) -> Result<Vec<Ordered>, Self::Error> {
        let ordered = |count| Ordered { article: "one of many".into(), count };
        Ok((0..add.articles).map(ordered).collect())
    }
}

pub(crate) fn id() -> String {
    "o-1".into()
}

pub(crate) fn stream() -> StreamId {
    StreamId::of::<Order>(&id()).unwrap()
}

pub(crate) fn add(count: u32) -> Add {
    Add { order: id(), count }
}

pub(crate) fn orders<S: EventStore>(store: &S) -> Repository<Order, S> {
    Repository::new(store.clone())
}

pub(crate) fn shape() -> Fingerprint {
    Fingerprint::of::<Order>(1)
}

/// Some histories, the same in every run.
pub(crate) fn history(seed: u32, events: u32) -> Vec<OrderEvent> {
    let event = |nth: u32| {
        let dice = seed.wrapping_mul(2_654_435_761).wrapping_add(nth.wrapping_mul(40_503)) >> 7;
        match dice % 7 {
            0 => Emptied.into(),
            side => Ordered { article: format!("\"ä\"-{side}"), count: dice % 90 }.into(),
        }
    };
    (0..events).map(event).collect()
}

/// The states after 0, 1, 2 … events.
pub(crate) fn states(history: &[OrderEvent]) -> Vec<Order> {
    let mut states = vec![Order::default()];
    for event in history {
        let mut state = states.last().unwrap().clone();
        state.evolve(event.clone());
        states.push(state);
    }
    states
}

pub(crate) async fn append(store: &impl EventStore, history: &[OrderEvent]) -> Appended {
    let events = history.iter().map(|event| NewEvent::of(event, Metadata::default()).unwrap());
    let append = Append::to(stream(), ExpectedVersion::Any, events.collect()).unwrap();
    store.append(append).await.unwrap()
}

pub(crate) async fn recorded(store: &impl EventStore) -> Vec<RecordedEvent> {
    store.stream_page(&stream(), Cursor::<Version>::START, 10_000).await.unwrap()
}

pub(crate) async fn save(store: &impl EventStore, version: usize, state: &str) {
    let position = recorded(store).await[version - 1].position;
    let snapshot = Snapshot::new(shape(), Version(version as u64), position, state.to_owned());
    store.save_snapshot(&stream(), snapshot, 10).await.unwrap();
}

/// A state that no events lead to: whoever loads it has believed a snapshot.
pub(crate) const FORGED: &str = r#"{"lines":[],"in_all":{"forged":1},"last":null,"weight":0.5}"#;

pub(crate) fn is_forged(state: &Order) -> bool {
    state.in_all.contains_key("forged")
}

/// The newest snapshot, once one is at `version`.
pub(crate) async fn snapshot_at(store: &impl EventStore, version: u64) -> Snapshot {
    for _ in 0..10_000 {
        if let Some(found) = newest(store).await
            && found.version == Version(version)
        {
            return found;
        }
        yield_now().await;
    }
    panic!("there is no snapshot at {version}, but {:?}", newest(store).await);
}

pub(crate) async fn newest(store: &impl EventStore) -> Option<Snapshot> {
    store.snapshot_page(&stream(), shape(), Version::MAX, 0).await.unwrap().snapshot
}

/// Lets every task go on until it waits for something.
pub(crate) async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}
