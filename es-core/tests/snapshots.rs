//! A snapshot is a cache: with or without, whatever happens to it, a state is the fold of its events.

mod fixture;
mod watched;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use es_core::prelude::*;
use es_core::{
    Appended, Fingerprint, LogPage, Query, QueryPage, RecordedEvent, Snapshot, SnapshotPage,
    StoreError, StoreErrorKind, Unfit,
};
use tokio::sync::Notify;
use tokio::task::yield_now;
use watched::Watcher;

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "ordered")]
struct Ordered {
    article: String,
    count: u32,
}

#[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[event(name = "emptied")]
struct Emptied;

#[derive(StateShape, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
struct Line {
    article: String,
    count: u32,
}

#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(
    name = "order",
    id = String,
    events(Ordered, Emptied),
    snapshot(every = 5, keep = 2)
)]
struct Order {
    lines: Vec<Line>,
    in_all: BTreeMap<String, u64>,
    last: Option<String>,
    weight: f64,
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
const NO_NUMBER: u32 = 666;

/// The same events as [`Order`], another state.
#[derive(Aggregate, Default, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(crate = "es_core::serde")]
#[aggregate(
    name = "order",
    id = String,
    events(Ordered, Emptied),
    snapshot(every = 5, version = 2)
)]
struct Changed {
    events: u32,
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
struct Add {
    #[command(id)]
    order: String,
    count: u32,
}

impl Decide<Add> for Order {
    type Events = Ordered;

    fn decide(&self, add: Add) -> Result<Ordered, Self::Error> {
        Ok(Ordered { article: format!("article-{}", self.lines.len() % 3), count: add.count })
    }
}

#[derive(Command, Clone, Debug)]
#[command(aggregate = Order, any)]
struct AddMany {
    #[command(id)]
    order: String,
    articles: u32,
}

impl Decide<AddMany> for Order {
    type Events = Vec<Ordered>;

    fn decide(&self, add: AddMany) -> Result<Vec<Ordered>, Self::Error> {
        let ordered = |count| Ordered { article: "one of many".into(), count };
        Ok((0..add.articles).map(ordered).collect())
    }
}

fn id() -> String {
    "o-1".into()
}

fn stream() -> StreamId {
    StreamId::of::<Order>(&id()).unwrap()
}

fn add(count: u32) -> Add {
    Add { order: id(), count }
}

fn orders<S: EventStore>(store: &S) -> Repository<Order, S> {
    Repository::new(store.clone())
}

fn shape() -> Fingerprint {
    Fingerprint::of::<Order>(1)
}

/// Some histories, the same in every run.
fn history(seed: u32, events: u32) -> Vec<OrderEvent> {
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
fn states(history: &[OrderEvent]) -> Vec<Order> {
    let mut states = vec![Order::default()];
    for event in history {
        let mut state = states.last().unwrap().clone();
        state.evolve(event.clone());
        states.push(state);
    }
    states
}

async fn append(store: &impl EventStore, history: &[OrderEvent]) -> Appended {
    let events = history.iter().map(|event| NewEvent::of(event, Metadata::default()).unwrap());
    let append = Append::to(stream(), ExpectedVersion::Any, events.collect()).unwrap();
    store.append(append).await.unwrap()
}

async fn recorded(store: &impl EventStore) -> Vec<RecordedEvent> {
    store.stream_page(&stream(), Cursor::<Version>::START, 10_000).await.unwrap()
}

async fn save(store: &impl EventStore, version: usize, state: &str) {
    let position = recorded(store).await[version - 1].position;
    let snapshot = Snapshot::new(shape(), Version(version as u64), position, state.to_owned());
    store.save_snapshot(&stream(), snapshot, 10).await.unwrap();
}

/// A state that no events lead to: whoever loads it has believed a snapshot.
const FORGED: &str = r#"{"lines":[],"in_all":{"forged":1},"last":null,"weight":0.5}"#;

fn is_forged(state: &Order) -> bool {
    state.in_all.contains_key("forged")
}

/// The newest snapshot, once one is at `version`.
async fn snapshot_at(store: &impl EventStore, version: u64) -> Snapshot {
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

async fn newest(store: &impl EventStore) -> Option<Snapshot> {
    store.snapshot_page(&stream(), shape(), Version::MAX, 0).await.unwrap().snapshot
}

/// Lets every task go on until it waits for something.
async fn settle() {
    for _ in 0..100 {
        yield_now().await;
    }
}

#[tokio::test]
async fn a_replay_is_the_same_from_every_snapshot() {
    for seed in 0..20 {
        let history = history(seed, 23);
        let states = states(&history);
        for version in 1..=history.len() {
            let store = MemoryStore::new();
            append(&store, &history).await;
            save(&store, version, &serde_json::to_string(&states[version]).unwrap()).await;

            let loaded = orders(&store).load(&id()).await.unwrap();

            assert_eq!(loaded.state, states[history.len()], "seed {seed}, snapshot at {version}");
            assert_eq!(loaded.version, Version(history.len() as u64));
            assert_eq!(loaded.position, recorded(&store).await.last().unwrap().position);
        }
    }
}

#[tokio::test]
async fn the_past_is_the_same_from_every_snapshot() {
    let history = history(7, 12);
    let states = states(&history);
    for version in 1..=history.len() {
        let store = MemoryStore::new();
        for event in &history {
            append(&store, std::slice::from_ref(event)).await;
        }
        save(&store, version, &serde_json::to_string(&states[version]).unwrap()).await;
        let orders = orders(&store);

        for event in recorded(&store).await {
            let at = orders.load_at(&id(), event.version).await.unwrap();
            let position = orders.load_as_of(&id(), event.position).await.unwrap();
            let instant = orders.load_as_of(&id(), event.recorded_at).await.unwrap();
            let nth = usize::try_from(event.version.0).unwrap();
            assert_eq!(at.state, states[nth], "snapshot at {version}, asked for {nth}");
            assert_eq!(position, at);
            let nth = usize::try_from(instant.version.0).unwrap();
            assert_eq!(instant.state, states[nth]);
            assert!(instant.version >= event.version);
        }
    }
}

#[tokio::test]
async fn a_moment_of_the_past_begins_with_a_snapshot_from_before() {
    let store = MemoryStore::new();
    append(&store, &history(1, 12)).await;
    save(&store, 3, FORGED).await;
    save(&store, 9, FORGED).await;
    let orders = orders(&store);
    let position = recorded(&store).await[4].position;

    let before = orders.load_at(&id(), Version(2)).await.unwrap();
    let between = orders.load_at(&id(), Version(5)).await.unwrap();
    let as_of = orders.load_as_of(&id(), position).await.unwrap();

    assert!(!is_forged(&before.state));
    assert!(is_forged(&between.state));
    assert_eq!(between.version, Version(5));
    assert_eq!(as_of, between);
}

#[tokio::test]
async fn a_load_begins_with_the_snapshot_and_says_so() {
    let store = MemoryStore::new();
    append(&store, &history(1, 12)).await;
    save(&store, 10, FORGED).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    let loaded = orders(&store).load(&id()).await.unwrap();

    assert!(is_forged(&loaded.state));
    let span = watcher.span("es.load");
    assert_eq!(span["es.snapshot.version"], "10");
    assert_eq!(span["es.events.count"], "2");
    assert_eq!(watcher.warnings(), [""; 0]);
}

#[tokio::test]
async fn a_long_tail_is_read_page_by_page() {
    let store = MemoryStore::new();
    let history = history(3, 1_700);
    let states = states(&history);
    append(&store, &history).await;
    save(&store, 100, &serde_json::to_string(&states[100]).unwrap()).await;

    let loaded = orders(&store).load(&id()).await.unwrap();

    assert_eq!(loaded.version, Version(1_700));
    assert_eq!(loaded.state, states[1_700]);
}

#[tokio::test]
async fn a_snapshot_is_written_at_each_multiple_and_the_newest_are_kept() {
    let store = MemoryStore::new();
    let orders = orders(&store);

    for version in 1..=15 {
        let done = orders.execute(add(1)).await.unwrap();
        let last = version / 5 * 5;
        if last > 0 {
            let snapshot = snapshot_at(&store, last).await;
            if version == last {
                assert_eq!(snapshot.state, serde_json::to_string(&done.state).unwrap());
                assert_eq!(Some(snapshot.position), done.position());
            }
        } else {
            settle().await;
            assert_eq!(newest(&store).await, None);
        }
    }

    let older = store.snapshot_page(&stream(), shape(), Version(14), 0).await.unwrap();
    assert_eq!(older.snapshot.unwrap().version, Version(10));
    let oldest = store.snapshot_page(&stream(), shape(), Version(9), 0).await.unwrap();
    assert_eq!(oldest.snapshot, None);
}

#[tokio::test]
async fn an_append_that_passes_a_multiple_writes_one_too() {
    let store = MemoryStore::new();

    orders(&store).execute(AddMany { order: id(), articles: 7 }).await.unwrap();

    snapshot_at(&store, 7).await;
}

#[tokio::test]
async fn a_damaged_snapshot_is_one_warning_and_the_next_command_replaces_it() {
    let store = MemoryStore::new();
    let history = history(2, 12);
    append(&store, &history).await;
    save(&store, 10, r#"{"lines":"#).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let orders = orders(&store);

    let loaded = orders.load(&id()).await.unwrap();

    assert_eq!(loaded.state, states(&history)[12]);
    assert_eq!(
        watcher.warnings(),
        ["the snapshot is damaged; all events of the stream are read instead"]
    );
    orders.execute(add(1)).await.unwrap();
    snapshot_at(&store, 13).await;
    orders.load(&id()).await.unwrap();
    assert_eq!(watcher.warnings().len(), 2, "one for the command, and none after it");
}

#[tokio::test]
async fn a_state_of_another_shape_is_folded_anew_with_one_warning() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    save(&store, 10, FORGED).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();

    let changed = Repository::<Changed, _>::new(store.clone()).load(&id()).await.unwrap();

    assert_eq!(changed.state, Changed { events: 12 });
    assert_eq!(
        watcher.warnings(),
        ["the snapshots of the stream are of another shape; \
          all events of the stream are read instead"]
    );
}

#[tokio::test]
async fn two_shapes_have_their_snapshots_side_by_side() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    save(&store, 10, FORGED).await;
    let events = recorded(&store).await;
    let other = Snapshot::new(
        Fingerprint::of::<Changed>(2),
        Version(12),
        events[11].position,
        r#"{"events":1000}"#.into(),
    );
    store.save_snapshot(&stream(), other, 2).await.unwrap();

    let one = orders(&store).load(&id()).await.unwrap();
    let other = Repository::<Changed, _>::new(store.clone()).load(&id()).await.unwrap();

    assert!(is_forged(&one.state));
    assert_eq!(other.state.events, 1000);
}

#[tokio::test]
async fn another_version_of_what_apply_does_is_another_shape() {
    assert_ne!(Fingerprint::of::<Changed>(1), Fingerprint::of::<Changed>(2));
}

#[tokio::test]
async fn a_snapshot_of_another_history_is_passed_over_with_one_warning() {
    let store = MemoryStore::new();
    let history = history(2, 12);
    append(&store, &history).await;
    let position = recorded(&store).await[9].position;
    let snapshot = |version: u64, position| {
        Snapshot::new(shape(), Version(version), position, FORGED.to_owned())
    };
    let elsewhere = snapshot(10, Position(position.0 + 1));
    let ahead = snapshot(13, Position(position.0 + 3));

    for wrong in [elsewhere, ahead] {
        store.save_snapshot(&stream(), wrong, 1).await.unwrap();
        let watcher = Watcher::default();
        let _guard = watcher.watch();

        let loaded = orders(&store).load(&id()).await.unwrap();

        assert_eq!(loaded.state, states(&history)[12]);
        assert_eq!(
            watcher.warnings(),
            ["the snapshot ends with an event that the stream does not have; \
              all events of the stream are read instead"]
        );
    }
}

#[tokio::test]
async fn a_state_that_does_not_come_back_as_it_was_is_not_kept() {
    let store = MemoryStore::new();
    append(&store, &history(2, 3)).await;
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let orders = orders(&store);

    for _ in 0..6 {
        orders.execute(add(NO_NUMBER)).await.unwrap();
        settle().await;
    }

    assert_eq!(newest(&store).await, None);
    assert_eq!(
        watcher.warnings(),
        ["no snapshot was written; the events of the stream are read as before"],
        "one for the multiple of five that was passed"
    );
}

#[tokio::test]
async fn a_unit_of_work_begins_with_the_snapshot() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    save(&store, 10, FORGED).await;

    let mut unit = UnitOfWork::new(store.clone(), Metadata::default());
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    unit.execute(add(1)).await.unwrap();
    let committed = unit.commit().await.unwrap();

    assert_eq!(watcher.span("es.load")["es.snapshot.version"], "10");
    assert_eq!(committed.streams[0].version, Version(13));
}

/// A store whose snapshots wait, fail or must not be asked for.
#[derive(Clone, Default)]
struct Faulty {
    inner: MemoryStore,
    fails: Arc<AtomicBool>,
    waits: Arc<AtomicBool>,
    go_on: Arc<Notify>,
    begun: Arc<AtomicU32>,
    asked: Arc<AtomicU32>,
}

impl EventStore for Faulty {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.inner.append(append).await
    }

    async fn stream_page(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, StoreError> {
        self.inner.stream_page(stream, cursor, limit).await
    }

    async fn log_page(&self, cursor: Cursor<Position>, limit: u32) -> Result<LogPage, StoreError> {
        self.inner.log_page(cursor, limit).await
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        self.inner.query_page(query, after, limit).await
    }

    async fn snapshot_page(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
        limit: u32,
    ) -> Result<SnapshotPage, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.inner.snapshot_page(stream, shape, at_most, limit).await
    }

    async fn save_snapshot(
        &self,
        stream: &StreamId,
        snapshot: Snapshot,
        keep: u32,
    ) -> Result<(), StoreError> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        if self.waits.load(Ordering::Relaxed) {
            self.go_on.notified().await;
        }
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Unavailable, "no room for snapshots"));
        }
        self.inner.save_snapshot(stream, snapshot, keep).await
    }
}

#[tokio::test]
async fn a_slow_snapshot_is_in_nobodys_way_and_never_a_second_of_its_stream() {
    let store = Faulty::default();
    store.waits.store(true, Ordering::Relaxed);
    let orders = orders(&store);

    for _ in 0..23 {
        orders.execute(add(1)).await.unwrap();
        settle().await;
    }

    assert_eq!(store.begun.load(Ordering::Relaxed), 1);
    assert_eq!(newest(&store.inner).await, None);
    store.waits.store(false, Ordering::Relaxed);
    store.go_on.notify_one();
    snapshot_at(&store.inner, 5).await;
    orders.execute(add(1)).await.unwrap();
    snapshot_at(&store.inner, 24).await;
}

#[tokio::test]
async fn few_snapshots_are_written_at_once() {
    let store = Faulty::default();
    store.waits.store(true, Ordering::Relaxed);
    let orders = orders(&store);

    for nth in 0..20 {
        orders.execute(AddMany { order: format!("o-{nth}"), articles: 5 }).await.unwrap();
    }

    settle().await;
    assert_eq!(store.begun.load(Ordering::Relaxed), 4);
}

#[tokio::test]
async fn a_snapshot_that_fails_is_one_warning_until_the_next_multiple() {
    let store = Faulty::default();
    store.fails.store(true, Ordering::Relaxed);
    let watcher = Watcher::default();
    let _guard = watcher.watch();
    let orders = orders(&store);

    for _ in 0..9 {
        orders.execute(add(1)).await.unwrap();
        settle().await;
    }
    assert_eq!(watcher.warnings().len(), 1, "{:?}", watcher.warnings());
    store.fails.store(false, Ordering::Relaxed);
    orders.execute(add(1)).await.unwrap();

    snapshot_at(&store.inner, 10).await;
}

#[tokio::test]
async fn an_aggregate_without_snapshots_never_asks_for_one() {
    let store = Faulty::default();
    let accounts = fixture::accounts(&store);
    accounts.execute(fixture::open(fixture::ada())).await.unwrap();

    for cents in 1..20 {
        accounts.execute(fixture::deposit(fixture::ada(), cents)).await.unwrap();
        settle().await;
    }

    assert_eq!(store.asked.load(Ordering::Relaxed), 0);
    assert_eq!(store.begun.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_page_says_why_there_is_no_snapshot() {
    let store = MemoryStore::new();
    append(&store, &history(2, 12)).await;
    let page = async |shape, at_most| {
        store.snapshot_page(&stream(), shape, Version(at_most), 3).await.unwrap()
    };

    assert_eq!(page(shape(), 12).await.unfit, None);
    save(&store, 10, FORGED).await;
    assert_eq!(page(Fingerprint(1), 12).await.unfit, Some(Unfit::OtherShape));
    assert_eq!(page(Fingerprint(1), 9).await.unfit, None);
    assert_eq!(page(shape(), 12).await.unfit, None);
}
