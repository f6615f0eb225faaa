//! Subjects of the tests: a projection in several versions, nodes that run it, events that they
//! park.

use std::future::Future;
use std::time::Duration;

use es_core::projection::{
    Claim, Claims, CommitError, Failure, Holder, NewParked, NodeId, Parked, Progress,
    ProjectionBatch, Registration, Release, Scope, Slot, SlotProgress, VersionState, VersionStatus,
};
use es_core::{
    Category, EventId, EventName, Incarnation, Metadata, Payload, Position, ProjectionId,
    ProjectionKey, ProjectionName, ProjectionStore, RawEvent, RecordedEvent, SchemaVersion,
    StreamId, StreamKey, Timestamp, Version,
};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::probe::{Probe, Rows};

/// A store of projections under test, and how to see into its rows.
#[derive(Clone, Debug)]
pub struct Kept<S, P> {
    /// The store.
    pub store: S,
    /// Writes and reads its rows.
    pub probe: P,
}

/// A node that runs one version.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) id: ProjectionId,
    pub(super) process: NodeId,
    pub(super) lease: Duration,
}

/// A time longer than any test.
pub(super) const LONG: Duration = Duration::from_secs(60);

/// A time short enough for a test to wait for its end.
pub(super) const SHORT: Duration = Duration::from_millis(400);

/// The longest time that a store may take for something that it owes at once.
const PATIENCE: Duration = Duration::from_secs(10);

impl Node {
    pub(super) fn of(version: u32) -> Self {
        Self { id: id(version), process: NodeId::generate(), lease: LONG }
    }

    pub(super) fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    pub(super) fn holder(&self) -> Holder<'_> {
        Holder { id: &self.id, node: self.process, lease: self.lease }
    }
}

/// The first event that waits of the key, as a node reads it.
pub(super) async fn first_of<S: ProjectionStore, P>(kept: &Kept<S, P>, of: &str) -> Parked {
    let waiting = kept.store.parked(&id(1), &key(of), Position::START, 1).await;
    waiting.expect("a list").pop().expect("an event of the key waits")
}

impl<S: ProjectionStore, P: Probe<S::Db>> Kept<S, P> {
    /// Registers a version and makes its table.
    pub(super) async fn start(&self, version: u32) -> VersionState {
        let state = self.store.register(&registration(version)).await.expect("it is registered");
        self.prepare(version).await;
        state
    }

    /// Makes the table of a version; answers whether it was not there.
    pub(super) async fn prepare(&self, version: u32) -> bool {
        let prepared = self.store.prepare(&id(version)).await.expect("tables can be made");
        let Some(mut batch) = prepared else { return false };
        self.probe.create(batch.db()).await;
        batch.commit(Progress::default()).await.expect("the tables are kept");
        true
    }

    /// A node that holds all slots of a version.
    pub(super) async fn runner(&self, version: u32) -> (Node, Vec<Claim>) {
        let node = Node::of(version);
        let claims = self.claim_all(&node).await;
        (node, claims)
    }

    pub(super) async fn claim(&self, node: &Node, at_most: usize) -> Vec<Claim> {
        self.store.claim(node.holder(), at_most).await.expect("slots can be claimed").slots
    }

    /// Lets go of some of the slots of a node that holds all, and claims them again.
    pub(super) async fn claim_again(&self, node: &Node, slots: &[Slot]) -> Claims {
        let released = self.store.release(node.holder(), Release::Slots(slots)).await;
        released.expect("slots can be released");
        self.store.claim(node.holder(), slots.len()).await.expect("slots can be claimed")
    }

    /// Claims until the node has all slots.
    pub(super) async fn claim_all(&self, node: &Node) -> Vec<Claim> {
        self.claim_share(node, usize::from(Slot::COUNT)).await
    }

    /// Claims until the node has so many slots.
    pub(super) async fn claim_share(&self, node: &Node, share: usize) -> Vec<Claim> {
        let mut claims = Vec::new();
        let all = async {
            loop {
                claims.extend(self.claim(node, share - claims.len()).await);
                if claims.len() >= share {
                    return;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, all).await.expect("slots that nobody holds are given to who claims them");
        claims.sort_by_key(|claim| claim.slot);
        claims
    }

    /// Tells the store that the node is alive.
    pub(super) async fn heartbeat(&self, node: &Node) -> es_core::projection::HeartbeatReply {
        let heartbeat = es_core::projection::Heartbeat::default();
        self.store
            .heartbeat(node.holder(), &heartbeat)
            .await
            .expect("a node can say that it is alive")
    }

    pub(super) async fn begin(&self, node: &Node) -> S::Batch {
        let state = self.status(node.id.version).await.state;
        let scope = Scope::Node { holder: node.holder(), state };
        self.store.begin(scope).await.expect("a batch can be begun")
    }

    /// A batch with these rows.
    pub(super) async fn handle(
        &self,
        node: &Node,
        rows: &[(&str, i64)],
        progress: Progress,
    ) -> Result<(), CommitError> {
        let mut batch = self.begin(node).await;
        self.add(&mut batch, rows).await;
        batch.commit(progress).await
    }

    pub(super) async fn add(&self, batch: &mut S::Batch, rows: &[(&str, i64)]) {
        for (key, number) in rows {
            self.probe.add(batch.db(), key, *number).await;
        }
    }

    /// The rows that readers see.
    pub(super) async fn read(&self) -> Rows {
        self.probe.read(&name()).await
    }

    /// The rows of a version, whether it serves or not.
    pub(super) async fn rows_of(&self, version: u32) -> Rows {
        let mut batch = self.store.rows(&id(version)).await.expect("rows can be looked at");
        let rows = self.probe.rows(batch.db()).await;
        batch.rollback().await.expect("a look is undone");
        rows
    }

    pub(super) async fn status(&self, version: u32) -> VersionStatus {
        let versions = self.store.versions(Some(&name())).await.expect("versions can be listed");
        versions.into_iter().find(|status| status.id == id(version)).expect("a version is listed")
    }

    /// The checkpoint of each slot of a version.
    pub(super) async fn checkpoints(&self, version: u32) -> Vec<Position> {
        let slots = self.status(version).await.slots;
        slots.into_iter().map(|slot| slot.checkpoint).collect()
    }
}

/// Two versions, one row each, that have come that far; with the node and the slots of each.
pub(super) async fn both<S: ProjectionStore, P: Probe<S::Db>>(
    kept: &Kept<S, P>,
    old_at: u64,
    new_at: u64,
) -> [(Node, Vec<Claim>); 2] {
    kept.start(1).await;
    kept.start(2).await;
    let (old, new) = (kept.runner(1).await, kept.runner(2).await);
    kept.handle(&old.0, &[("old", 1)], come_to(old_at, &old.1)).await.expect("it is committed");
    kept.handle(&new.0, &[("new", 1)], come_to(new_at, &new.1)).await.expect("it is committed");
    [old, new]
}

/// Waits until `what` is so.
pub(super) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let so = async {
        while !is_so().await {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, so).await.unwrap_or_else(|_| panic!("waited in vain until {what}"));
}

/// `future`, which has to come to an end.
pub(super) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited in vain until {what}"))
}

pub(super) fn name() -> ProjectionName {
    ProjectionName::new("contract").expect("a name")
}

pub(super) fn id(version: u32) -> ProjectionId {
    ProjectionId::new(name(), version)
}

/// The log that all versions follow.
pub(super) fn incarnation() -> Incarnation {
    Incarnation::from(Uuid::from_u128(5))
}

pub(super) fn registration(version: u32) -> Registration {
    Registration::new(id(version), incarnation())
}

/// All these slots have come to `position`.
pub(super) fn come_to(position: u64, claims: &[Claim]) -> Progress {
    let slots = claims.iter().map(|claim| done(claim, position));
    let mut progress = Progress::default();
    progress.slots = slots.collect();
    progress
}

pub(super) fn done(claim: &Claim, position: u64) -> SlotProgress {
    SlotProgress::new(claim.slot, claim.epoch, Position(position))
}

pub(super) fn rows(rows: &[(&str, i64)]) -> Rows {
    rows.iter().map(|(key, number)| ((*key).to_owned(), *number)).collect()
}

pub(super) fn key(text: &str) -> ProjectionKey {
    ProjectionKey::new(text).expect("a line of text")
}

pub(super) fn event(position: u64) -> RecordedEvent {
    let payload = format!("{{\"number\":{position},\"text\":\"ä \\u0000\"}}");
    let category = Category::new("contract").expect("a name");
    RecordedEvent::new(
        EventId::generate(),
        StreamId::new(category, StreamKey::new("one").expect("a line of text")),
        Version(position),
        Position(position),
        Timestamp::from_unix_micros(1_700_000_000_123_456),
        Metadata::default(),
        RawEvent::new(
            EventName::new("counted").expect("a name"),
            SchemaVersion(1),
            Payload::parse(payload).expect("JSON"),
        ),
    )
}

/// An event of the key that failed, and is tried again after that time, or never.
pub(super) fn failed(of: &str, position: u64, retry_in: Option<Duration>) -> NewParked {
    let failure = Failure::new(format!("number {position} is wrong"), retry_in);
    NewParked::failed(Slot::of(&key(of)), key(of), event(position), failure)
}

/// An event of the key that waits for one before it.
pub(super) fn behind(of: &str, position: u64) -> NewParked {
    NewParked::behind(Slot::of(&key(of)), key(of), event(position))
}
