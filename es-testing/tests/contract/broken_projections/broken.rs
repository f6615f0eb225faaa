//! A store of projections in memory with one fault built in.

use std::sync::Arc;
use std::time::Duration;

use es_core::projection::version::{VersionChange, VersionRow};
use es_core::projection::{
    Claim, CommitError, Dropped, Heartbeat, HeartbeatReply, Parked, Progress, ProjectionBatch,
    Registration, Slot, SlotStatus, VersionStatus,
};
use es_core::{
    EventName, MemoryProjections, ProjectionId, ProjectionStore, SchemaVersion, StoreError,
};
use es_testing::projection_contract::Rows;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::yield_now;

/// The places where a store can go wrong. Each does nothing unless it is told.
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub(crate) struct Broken {
    pub(crate) inner: MemoryProjections<Rows>,
    pub(crate) registration: fn(&mut Registration),
    /// The rows of versions, as the rules see them.
    pub(crate) rows: fn(&mut Vec<VersionRow>),
    /// A change that a rule asks for.
    pub(crate) change: fn(&mut VersionChange),
    /// Whether a change is made.
    pub(crate) makes: fn(&VersionChange) -> bool,
    pub(crate) preparing: Preparing,
    pub(crate) reply: fn(&mut HeartbeatReply),
    pub(crate) heartbeat: fn(&mut Heartbeat),
    /// Of claims and heartbeats; that of batches is another.
    pub(crate) lease: fn(Duration) -> Duration,
    pub(crate) beat_lease: fn(Duration) -> Duration,
    pub(crate) batch_lease: fn(Duration) -> Duration,
    pub(crate) at_most: fn(usize) -> usize,
    pub(crate) claims: fn(&mut Vec<Claim>),
    pub(crate) releasing: Releasing,
    pub(crate) leaves: bool,
    pub(crate) beginning: Beginning,
    pub(crate) progress: fn(&mut Progress),
    pub(crate) committing: Committing,
    pub(crate) chaining: Chaining,
    /// Whether a batch that is dropped is kept, and one that is undone.
    pub(crate) keeps_dropped: bool,
    pub(crate) keeps_undone: bool,
    pub(crate) marking: Marking,
    pub(crate) checking: Checking,
    pub(crate) slots: fn(&[Slot]) -> Vec<Slot>,
    /// The kinds of events that a node cannot read.
    pub(crate) unreadable: fn(&[Kind]) -> Vec<Kind>,
    pub(crate) due_limit: fn(u32) -> u32,
    pub(crate) due: fn(&mut Vec<Parked>),
    pub(crate) parked: fn(&mut Vec<Parked>),
    /// Whether a version that is not known is told from one without parked events.
    pub(crate) knows_versions: bool,
    /// Whether a list of keys begins after a key.
    pub(crate) turns_pages: bool,
    pub(crate) parked_keys: fn(&mut Vec<Parked>),
    /// The number of parked events that a change concerns.
    pub(crate) concerned: fn(u64) -> u64,
    pub(crate) dropped: fn(&mut Vec<Dropped>),
    pub(crate) versions: fn(&mut Vec<VersionStatus>),
    pub(crate) looks_at_names: bool,
    /// A slot of the version that is read.
    pub(crate) read: fn(&mut SlotStatus),
    pub(crate) exchanging: Exchanging,
    /// Whether rows are emptied before those that are built again are there.
    pub(crate) empties_first: bool,
    /// Whether what is folded separately can be kept.
    pub(crate) keeps_scratch: bool,
    /// Lock of the whole store, which a caller holds until the call is over.
    pub(crate) alone: Option<Arc<Mutex<()>>>,
    pub(crate) forks: bool,
}

/// A name and a version of events.
pub(crate) type Kind = (EventName, SchemaVersion);

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Preparing {
    ByOne,
    ByAll,
    /// Noted as done before it is.
    TooEarly,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Releasing {
    ItsOwn,
    Nothing,
    WhoeverHasThem,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Beginning {
    WithItsRows,
    WithoutRows,
    WithThoseThatAreRead,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Committing {
    AtOnce,
    /// Though it is lost.
    Anyway,
    /// Of a batch that is lost, the slots that are not.
    InPart,
    /// First the rows, then the progress, with time to give up in between.
    InTwoSteps,
}

/// What a commit does about the next batch.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Chaining {
    /// Leaves it to who asks for one.
    Never,
    /// Keeps nothing until the next batch is committed.
    Later,
    /// Begins one though the commit was refused.
    Anyway,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Marking {
    EachTime,
    Once,
    Never,
}

/// Ways of finding what a handler has done wrong.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Checking {
    /// By the check, and by the commit.
    Rightly,
    /// By the commit alone.
    AtTheCommit,
    /// Not at all.
    Never,
    /// And what is right is undone with it.
    WithALoss,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Exchanging {
    AtOnce,
    /// With a moment in which there are no rows.
    ThroughNothing,
    /// The version before is gone at once.
    WithoutReturn,
}

impl Broken {
    /// Without a fault yet.
    pub(crate) fn store() -> Self {
        Self {
            inner: MemoryProjections::new(),
            registration: |_| {},
            rows: |_| {},
            change: |_| {},
            makes: |_| true,
            preparing: Preparing::ByOne,
            reply: |_| {},
            heartbeat: |_| {},
            lease: |lease| lease,
            beat_lease: |lease| lease,
            batch_lease: |lease| lease,
            at_most: |number| number,
            claims: |_| {},
            releasing: Releasing::ItsOwn,
            leaves: true,
            beginning: Beginning::WithItsRows,
            progress: |_| {},
            committing: Committing::AtOnce,
            chaining: Chaining::Never,
            keeps_dropped: false,
            keeps_undone: false,
            marking: Marking::EachTime,
            checking: Checking::Rightly,
            slots: <[Slot]>::to_vec,
            unreadable: <[Kind]>::to_vec,
            due_limit: |limit| limit,
            due: |_| {},
            parked: |_| {},
            knows_versions: true,
            turns_pages: true,
            parked_keys: |_| {},
            concerned: |number| number,
            dropped: |_| {},
            versions: |_| {},
            looks_at_names: true,
            read: |_| {},
            exchanging: Exchanging::AtOnce,
            empties_first: false,
            keeps_scratch: false,
            alone: None,
            forks: false,
        }
    }

    /// The right to the store, where it is one's alone; that may be kept for a while.
    pub(crate) async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        let turn = Arc::clone(self.alone.as_ref()?).lock_owned().await;
        yield_now().await;
        Some(turn)
    }

    /// Puts rows in the place of those of a version, whoever holds it.
    pub(crate) async fn force(
        &self,
        id: &ProjectionId,
        rows: Rows,
        progress: Progress,
    ) -> Result<(), CommitError> {
        let mut batch = self.inner.rebuild(id).await?;
        *batch.db() = rows;
        batch.commit(progress).await
    }

    pub(crate) async fn empty(&self, id: &ProjectionId) -> Result<(), StoreError> {
        match self.force(id, Rows::new(), Progress::default()).await {
            Err(CommitError::Store(error)) => Err(error),
            _ => Ok(()),
        }
    }
}

impl Clone for Broken {
    fn clone(&self) -> Self {
        let inner = if self.forks { MemoryProjections::new() } else { self.inner.clone() };
        let alone = self.alone.clone();
        Self { inner, alone, ..*self }
    }
}
