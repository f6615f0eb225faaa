//! A projection that counts in one table, and nodes that run it.

use std::time::Duration;

use es_core::projection::{
    Claim, Failure, Heartbeat, HeartbeatReply, Holder, NewParked, NodeId, Progress,
    ProjectionBackend, ProjectionBatch, ProjectionStore, Registration, Release, Scope, Slot,
    SlotProgress, VersionState,
};
use es_core::{
    Category, EventId, EventName, EventStore, Incarnation, Metadata, Payload, Position,
    ProjectionId, ProjectionKey, ProjectionName, RawEvent, Recorded, RecordedEvent, SchemaVersion,
    StreamId, StreamKey, Timestamp, Version,
};
use es_postgres::sqlx::{Executor, PgConnection};
use es_postgres::{PgBatch, PgProjections, PgStore};

/// Long enough for every test that does not wait for its end.
pub(crate) const LEASE: Duration = Duration::from_secs(30);

pub(crate) const TABLE: &str = "CREATE TABLE seen (id bigint PRIMARY KEY, times bigint NOT NULL)";

pub(crate) const SEE: &str = "INSERT INTO seen AS seen VALUES (1, 1) \
                              ON CONFLICT (id) DO UPDATE SET times = seen.times + 1";

pub(crate) fn version(number: u32) -> ProjectionId {
    named("totals", number)
}

pub(crate) fn named(name: &str, version: u32) -> ProjectionId {
    ProjectionId::new(ProjectionName::new(name).unwrap(), version)
}

pub(crate) async fn incarnation(store: &PgStore) -> Incarnation {
    store.log_page(es_core::Cursor::START, 1).await.unwrap().incarnation
}

/// A version that is known and has its table.
pub(crate) async fn prepared(store: &PgStore, id: &ProjectionId) -> PgProjections {
    let kept = store.projections();
    let registration = Registration::new(id.clone(), incarnation(store).await);
    kept.register(&registration).await.unwrap();
    prepare(&kept, id).await;
    kept
}

pub(crate) async fn prepare(kept: &PgProjections, id: &ProjectionId) {
    let mut batch = kept.prepare(id).await.unwrap().expect("nobody has prepared it");
    batch.db().execute(TABLE).await.unwrap();
    batch.commit(Progress::default()).await.unwrap();
}

/// A process that runs a version.
pub(crate) struct Node {
    pub(crate) kept: PgProjections,
    pub(crate) id: ProjectionId,
    pub(crate) me: NodeId,
    pub(crate) lease: Duration,
}

impl Node {
    pub(crate) fn of(kept: &PgProjections, id: &ProjectionId) -> Self {
        Self { kept: kept.clone(), id: id.clone(), me: NodeId::generate(), lease: LEASE }
    }

    pub(crate) fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    pub(crate) fn holder(&self) -> Holder<'_> {
        Holder { id: &self.id, node: self.me, lease: self.lease }
    }

    pub(crate) fn scope(&self, state: VersionState) -> Scope<'_> {
        Scope::Node { holder: self.holder(), state }
    }

    pub(crate) async fn heartbeat(&self) -> HeartbeatReply {
        self.kept.heartbeat(self.holder(), &Heartbeat::default()).await.unwrap()
    }

    pub(crate) async fn claim(&self, at_most: usize) -> Vec<Claim> {
        self.kept.claim(self.holder(), at_most).await.unwrap().slots
    }

    pub(crate) async fn begin(&self) -> PgBatch {
        self.begin_as(VersionState::Serving).await
    }

    pub(crate) async fn begin_as(&self, state: VersionState) -> PgBatch {
        self.kept.begin(self.scope(state)).await.unwrap()
    }

    /// Lets go of some of all its slots and claims them again; the keys that are blocked in them.
    pub(crate) async fn claim_again(
        &self,
        claims: &mut [Claim],
        slots: &[Slot],
    ) -> Vec<ProjectionKey> {
        self.kept.release(self.holder(), Release::Slots(slots)).await.unwrap();
        let again = self.kept.claim(self.holder(), slots.len()).await.unwrap();
        for claim in again.slots {
            claims[usize::from(claim.slot.number())] = claim;
        }
        again.blocked
    }

    /// A batch in which one row was written.
    pub(crate) async fn seeing(&self) -> PgBatch {
        let mut batch = self.begin().await;
        see(batch.db()).await;
        batch
    }
}

pub(crate) async fn see(connection: &mut PgConnection) {
    connection.execute(SEE).await.unwrap();
}

/// These slots, at `position`.
pub(crate) fn at(claims: &[Claim], position: u64) -> Progress {
    let slots = claims.iter();
    let slots = slots.map(|claim| SlotProgress::new(claim.slot, claim.epoch, Position(position)));
    let mut progress = Progress::default();
    progress.slots = slots.collect();
    progress
}

pub(crate) fn event(key: &str, position: u64) -> RecordedEvent {
    let stream = StreamId::new(Category::new("account").unwrap(), StreamKey::new(key).unwrap());
    let name = EventName::new("money-deposited").unwrap();
    let payload = Payload::parse(format!(r#"{{"position": {position}}}"#)).unwrap();
    Recorded::new(
        EventId::generate(),
        stream,
        Version(position),
        Position(position),
        "2026-11-21T12:00:00.25Z".parse::<Timestamp>().unwrap(),
        Metadata::default(),
        RawEvent::new(name, SchemaVersion(1), payload),
    )
}

pub(crate) fn key(key: &str) -> ProjectionKey {
    ProjectionKey::new(format!("account/{key}")).unwrap()
}

pub(crate) fn failed(key: &str, position: u64, retry_in: Option<Duration>) -> NewParked {
    let failure = Failure::new("the amount is negative".into(), retry_in);
    NewParked::failed(slot(key), self::key(key), event(key, position), failure)
}

pub(crate) fn behind(key: &str, position: u64) -> NewParked {
    NewParked::behind(slot(key), self::key(key), event(key, position))
}

pub(crate) fn slot(key: &str) -> Slot {
    Slot::of(&self::key(key))
}
