//! The trait between the runner of projections and whatever keeps their progress and their rows.

use std::future::Future;

use super::progress::{CommitError, Progress};
use super::{
    Claim, Heartbeat, HeartbeatReply, Holder, Parked, ParkedKey, ParkedSelector, ProjectError,
    ProjectionId, ProjectionKey, ProjectionName, Registration, Slot, VersionState, VersionStatus,
};
use crate::event::metadata::Reason;
use crate::event::name::{EventName, SchemaVersion};
use crate::store::checkpoint::{Checkpoint, Incarnation};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::stream::Position;

/// A store of projections: how far they have come, which nodes run them, their parked events and
/// their rows.
///
/// # Why it is shaped so
///
/// Three things must be one: the rows that follow from a page of events, the note that the page is
/// done, and the right of this node to write it. So a [`ProjectionBatch`] holds all three, and is
/// committed as one. Everything else follows: a node that was paused comes back to a batch that cannot
/// be committed, a crash leaves neither rows without the note nor the note without rows, and no node
/// has to know of another one.
///
/// Keys are divided among 64 [slots](Slot). A slot is held under a lease, by the clock of the store. Who
/// takes it gets a new [`Epoch`](super::Epoch), and what was begun under an older one is
/// [`Lost`](CommitError::Lost).
///
/// # What every store owes
///
/// Proven by tests of `es_testing::projection_contract`; the module is named with the guarantee.
///
/// - **A batch is whole.** Rows, checkpoints and the parked events are there together or not at all.
///   `batch`
/// - **A batch that is begun with a commit** is one by itself. `chained`
/// - **A batch is the framework's.** A handler that ends it keeps nothing, and what the store would refuse
///   at the commit is told by [`check`](ProjectionBatch::check). `handlers`
/// - **No zombie commits.** A batch that names an epoch which is not current, or a slot that is another
///   node's, keeps nothing. `fence`
/// - **A slot is one node's.** Of nodes that claim at once each slot goes to one; to another only when
///   it was released or its lease is over. `lease`
/// - **A paused node holds nobody up.** A node that stops in the middle of a batch keeps its rows locked
///   no longer than its lease lasts. `lease`
/// - **Parked events stay in order**, per key, until they are settled. `parked`
/// - **A swap is one moment.** Readers see the rows of the old version, then those of the new one, never
///   none and never both; and the new version has come at least as far. `versions`
/// - **Effects are not repeated**: the new version has those of events after the last one of the old.
///   `versions`
/// - **A node that is too old** for an event neither counts a try nor passes it by: it waits for a node
///   that can read it, which tries it by itself. `rollout`
/// - **A release that reads more** is not passed by: a version that is registered with more names of
///   events is owed these by every node. `rollout`
/// - **A future that is kept and not polled** holds nobody up, however often it was polled before; a
///   batch that its node does not go on with, no longer than the lease. `kept`
/// - **Dropping a future** leaves the store whole: a batch that is dropped is undone. `batch`
///
/// A store is a handle: clones speak to the same progress.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep the progress of projections",
    label = "not a projection store",
    note = "use `es_core::MemoryProjections` or `es_postgres::PgProjections`"
)]
pub trait ProjectionStore: Clone + Send + Sync + 'static {
    /// The place that handlers write into.
    type Db: Send + 'static;

    /// The rows and the progress of one step, committed together.
    type Batch: ProjectionBatch<Db = Self::Db>;

    /// Registers a version. The first version of a name serves at once, a later one is built beside
    /// it, and one that is older than the version that serves is retired: its process runs, handles
    /// nothing, and is there when the version is [reinstated](Self::reinstate). All slots begin at
    /// [`Registration::start`].
    ///
    /// A version that is known is compared. If this release of it reads events that no release before
    /// did, the version is owed those [as well](Registration::added_to), and nobody holds a slot any
    /// more: an older node that would pass them by learns of them before it commits anything else. Proven
    /// by `rollout::a_name_that_is_added_is_owed`.
    ///
    /// # Errors
    ///
    /// [`RegisterError`] if it is known and was declared otherwise, and if its name differs from another
    /// one only in case.
    fn register(
        &self,
        registration: &Registration,
    ) -> impl Future<Output = Result<VersionState, RegisterError>> + Send;

    /// The batch in which the tables of a new version are made, for one node; the others wait for it.
    /// `None` if they are there. Its commit notes that they are.
    fn prepare(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Option<Self::Batch>, StoreError>> + Send;

    /// Takes the heartbeat of a node: renews the leases of the slots that the node still holds, and
    /// returns what it has to know.
    fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> impl Future<Output = Result<HeartbeatReply, StoreError>> + Send;

    /// Gives the node up to `at_most` slots that nobody holds, those whose lease is over among them. A
    /// slot that another node is just being given is passed over.
    fn claim(
        &self,
        holder: Holder<'_>,
        at_most: usize,
    ) -> impl Future<Output = Result<Vec<Claim>, StoreError>> + Send;

    /// Lets go of slots of the node, between two batches.
    fn release(
        &self,
        holder: Holder<'_>,
        slots: &[Slot],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lets go of all slots of the node and forgets that it was there.
    fn deregister(&self, holder: Holder<'_>)
    -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A batch of the node. `state` says in which tables: a version that is
    /// [being built](VersionState::Building) has its own.
    ///
    /// What is begun while the version is swapped is [`Lost`](CommitError::Lost). Kept and not polled it
    /// holds nobody up, as every call here: `kept::a_kept_call_holds_nobody_up`.
    fn begin(
        &self,
        holder: Holder<'_>,
        state: VersionState,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send;

    /// True if the error of a handler is transient: a lost connection, a deadlock. No event is at
    /// fault then, and none is parked for it. A statement that exceeds its time limit is not
    /// transient: it exceeds it each time.
    fn is_transient(&self, error: &ProjectError) -> bool;

    /// True if a failure [that a moment may cure](Self::is_transient) can be the event's own all the same:
    /// a deadlock, a lock that is not free, a serialization failure, which a handler may also bring about
    /// each time. After a few tries of its batch the events are handled one by one, and after a few more
    /// it counts as the failure of the event that it stays with.
    ///
    /// By default a [`StoreError`] of the kind [`Contention`](StoreErrorKind::Contention).
    fn is_contention(&self, error: &ProjectError) -> bool {
        let error = error.downcast_ref::<StoreError>();
        error.is_some_and(|error| error.kind() == StoreErrorKind::Contention)
    }

    /// The keys in these slots with parked events.
    fn blocked(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
    ) -> impl Future<Output = Result<Vec<ProjectionKey>, StoreError>> + Send;

    /// The first event of each key in these slots that is to be tried again by now, or dropped; at most
    /// `limit`, the most overdue first. Before them those that wait for [a node that can read
    /// them](super::Failure::unreadable), but for the names and versions that this one cannot read
    /// either.
    fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Parked>, StoreError>> + Send;

    /// Returns up to `limit` parked events of a key, after a position, in order.
    fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Parked>, StoreError>> + Send;

    /// Returns up to `limit` keys with parked events, after a key, in the order of their bytes.
    fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ParkedKey>, StoreError>> + Send;

    /// Requests that the first events of these keys are tried again, with all their tries before
    /// them, by the nodes that hold their slots. Returns the number of keys.
    fn replay(
        &self,
        id: &ProjectionId,
        keys: &ParkedSelector,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Requests that the first event of a key, which stands at `position`, is dropped and those
    /// behind it are tried. The event stays in the log, and the reason is kept. Returns true if
    /// that is the first event.
    fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Stops a version, with the reason, or lets a stopped one go on.
    fn stop(
        &self,
        id: &ProjectionId,
        why: Option<&str>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns all versions, of one name or of all, with their slots, nodes and parked events.
    fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> impl Future<Output = Result<Vec<VersionStatus>, StoreError>> + Send;

    /// Returns the position that the serving version has reached in all of its slots; `None` if no
    /// version serves.
    fn visible(
        &self,
        name: &ProjectionName,
    ) -> impl Future<Output = Result<Option<Checkpoint>, StoreError>> + Send;

    /// Returns the position that each slot of the previous version has reached, beyond which a
    /// version with effects must not advance. `None` for the version that serves.
    fn limits(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Option<Vec<(Slot, Position)>>, StoreError>> + Send;

    /// Lets a version that was built take the place of the one that serves. Nobody holds a slot of it
    /// then: whoever claims one learns which [effects were had](super::Claim::effects_after).
    ///
    /// If the other one is still ahead in a slot, it is retired first, so that nobody adds to its rows
    /// any more, and the answer is [`NotYet`](Swap::NotYet): call again when this version has come as
    /// far. Until then the old rows are read. While it has effects that wait with
    /// its parked events, it stays where it is: [`Waits`](Swap::Waits). So it does while something
    /// depends on its rows that would not come along: [`HasDependents`](Swap::HasDependents).
    fn swap(&self, id: &ProjectionId) -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Requests that a retired version is built on from where it stopped, to take the place of the
    /// one that serves: the way back. The swap is the same as for a new version, and it retires the
    /// other one. A version that is still read, and retired for another one that has yet to come as
    /// far, serves again at once. Returns the state of the version afterwards; nothing changes for
    /// one that is not retired.
    ///
    /// # Errors
    ///
    /// If it is not known, or has effects and is kept in order by another key than the version that serves.
    fn reinstate(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<VersionState, StoreError>> + Send;

    /// Removes a version that does not serve, with its rows. Returns true if there was one. If the
    /// version that is read was retired in favour of this one, that version serves again.
    fn drop_version(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// A batch that takes all slots of a version from whoever holds them, with its tables empty and
    /// no parked event: to build it again in place. Until its commit readers see the old rows. Its
    /// [`Progress`] says for each slot how far it has come; the epochs in it do not matter.
    ///
    /// The log is read while it is open: it takes nothing away that reading needs, a connection of a
    /// pool for example.
    fn rebuild(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send;

    /// A batch with no tables at all, to fold something separately. It cannot be committed: it is undone.
    fn scratch(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send;

    /// A batch on the rows of a version, to look at them; undone in the end.
    fn rows(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send;

    /// The tables of a version, with the number of rows in each; empty where that cannot be told.
    fn counts(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Vec<(String, u64)>, StoreError>> + Send;
}

/// The rows and the progress of one step, as one transaction. A batch that is dropped is rolled
/// back.
pub trait ProjectionBatch: Send + 'static {
    /// The place that handlers write into.
    type Db: Send + 'static;

    /// The place where the rows are.
    fn db(&mut self) -> &mut Self::Db;

    /// Sets the savepoint that [`rollback_to`](Self::rollback_to) rolls back to; forgets the one before it.
    fn savepoint(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Rolls back what was written since the savepoint.
    ///
    /// # Errors
    ///
    /// If that cannot be done, since a handler has ended the batch: it keeps nothing then.
    fn rollback_to(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Checks that the writes since the savepoint can be kept, by every constraint that would
    /// otherwise be checked at the commit, and that the batch is the one that was begun: a handler
    /// may have ended it. Changes nothing, and succeeds by default. Proven by
    /// `handlers::a_check_changes_nothing` and
    /// `handlers::what_cannot_be_kept_is_told_before_the_commit`.
    ///
    /// # Errors
    ///
    /// With the rule that is broken; the event that was handled since the savepoint is at fault.
    fn check(&mut self) -> impl Future<Output = Result<(), ProjectError>> + Send {
        async { Ok(()) }
    }

    /// Makes rows and progress permanent, if all slots of it are still this node's.
    ///
    /// # Errors
    ///
    /// [`CommitError::Store`] that is [transient](StoreError::is_transient) is a failure of the store; any
    /// other is the fault of what handlers wrote, if one did.
    fn commit(self, progress: Progress) -> impl Future<Output = Result<(), CommitError>> + Send;

    /// Commits like [`commit`](Self::commit), and begins the batch that comes next: for the same node and the
    /// same state of its version. Where one message does both, that is a good part of the time of a small
    /// batch. `None` if no batch was begun, which [`ProjectionStore::begin`] begins then; that is so by default.
    ///
    /// The batch that was begun is one by itself: undoing it leaves what was committed, and its commit is
    /// refused for what has happened since. Proven by `chained::what_comes_next_is_a_batch_by_itself`.
    ///
    /// # Errors
    ///
    /// Those of [`commit`](Self::commit): nothing is kept then. A batch that cannot be begun is none of them.
    fn commit_and_begin(
        self,
        progress: Progress,
    ) -> impl Future<Output = Result<Option<Self>, CommitError>> + Send
    where
        Self: Sized,
    {
        async { self.commit(progress).await.map(|()| None) }
    }

    /// Rolls back the whole batch.
    fn rollback(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// The outcome of [`ProjectionStore::swap`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Swap {
    /// The version serves now, or did already.
    Done,
    /// The other version has come further, and has stopped there. Come as far, and call again.
    NotYet,
    /// The other version has effects and has parked events whose effects were not had, and nobody
    /// would have them after it. It goes on until they are replayed or dropped.
    Waits,
    /// Objects that are no part of the other version depend on its rows, and would go on reading
    /// them after the swap: in Postgres a view, a foreign key, a publication. Names them. The other
    /// version goes on until they are gone.
    HasDependents(Vec<String>),
}

/// The rules that every store keeps when it registers a version: for their authors.
impl Registration {
    /// Checks that this is the known version, with the key `keyed_by`, of the log `incarnation`.
    pub fn check_same(
        &self,
        keyed_by: &str,
        incarnation: Incarnation,
    ) -> Result<(), RegisterError> {
        let id = self.id.clone();
        if self.keyed_by != keyed_by {
            let (known, declared) = (keyed_by.to_owned(), self.keyed_by.clone());
            return Err(RegisterError::OtherKey { id, known, declared });
        }
        if self.incarnation != incarnation {
            let (known, actual) = (incarnation, self.incarnation);
            return Err(RegisterError::OtherLog { id, known, actual });
        }
        Ok(())
    }

    /// Checks that this projection may be kept beside one of that name: names that differ only in case are
    /// one to SQL, and to many a reader.
    pub fn may_stand_beside(&self, other: &ProjectionName) -> Result<(), RegisterError> {
        let name = &self.id.name;
        if name != other && name.as_str().eq_ignore_ascii_case(other.as_str()) {
            let (id, other) = (self.id.clone(), other.clone());
            return Err(RegisterError::OnlyCaseDiffers { id, other });
        }
        Ok(())
    }

    /// Checks that this new version may be built beside the one that serves, whose key is
    /// `keyed_by`.
    pub fn check_successor(&self, keyed_by: &str) -> Result<(), RegisterError> {
        if self.has_effects && self.keyed_by != keyed_by {
            let (known, declared) = (keyed_by.to_owned(), self.keyed_by.clone());
            return Err(RegisterError::EffectsChangeKey { id: self.id.clone(), known, declared });
        }
        Ok(())
    }
}

/// The reason that a version cannot be run as it is declared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// The version is known with another key: its slots hold other events.
    #[error(
        "`{id}` is kept in order by `{known}` and was declared by `{declared}`: give it a new version"
    )]
    OtherKey {
        /// The projection and its version.
        id: ProjectionId,
        /// The key that it was run with.
        known: String,
        /// The key that is declared now.
        declared: String,
    },
    /// The version follows another log: the log was restored or replaced.
    #[error(
        "`{id}` was built from log {known}, and this is log {actual}: it was restored or replaced; give \
         the projection a new version, which is built from this one"
    )]
    OtherLog {
        /// The projection and its version.
        id: ProjectionId,
        /// The log that its rows come from.
        known: Incarnation,
        /// The log that there is.
        actual: Incarnation,
    },
    /// The version has effects and another key than the version before it, so that nobody could
    /// tell whose effects have happened.
    #[error(
        "`{id}` has effects and is kept in order by `{declared}`, the version that serves by `{known}`: \
         a version with effects keeps the key"
    )]
    EffectsChangeKey {
        /// The projection and its version.
        id: ProjectionId,
        /// The key of the version that serves.
        known: String,
        /// The key of the new version.
        declared: String,
    },
    /// The rows would be in the place of another projection, whose name is written the same there.
    #[error("`{id}` and `{other}` would both keep their rows in `{place}`: give one another name")]
    SameName {
        /// The projection and its version.
        id: ProjectionId,
        /// The one that is known.
        other: ProjectionName,
        /// The place of both: in Postgres a schema.
        place: String,
    },
    /// The rows would be in a place with contents that no projection has made.
    #[error(
        "`{id}` would keep its rows in `{place}`, which is there and is no projection's: \
         give the projection another name, or move what is there"
    )]
    PlaceTaken {
        /// The projection and its version.
        id: ProjectionId,
        /// The place of the rows: in Postgres a schema.
        place: String,
    },
    /// The name differs from that of another projection only in case.
    #[error(
        "`{id}` and `{other}` differ only in upper and lower case, and SQL reads both alike: give one \
         another name"
    )]
    OnlyCaseDiffers {
        /// The projection.
        id: ProjectionId,
        /// The one that is known.
        other: ProjectionName,
    },
    /// The rows would be in a place that SQL finds only in quotes.
    #[error(
        "`{id}` would keep its rows in `{place}`, which SQL finds only in quotes: give the projection a name \
         of lower-case letters that is no keyword of SQL"
    )]
    NeedsQuotes {
        /// The projection.
        id: ProjectionId,
        /// The place where they would be: in Postgres a schema.
        place: String,
    },
    /// The name of the place of its rows would be too long.
    #[error(
        "`{id}` would keep its rows in `{place}`, and such a name has at most {max} bytes: give the \
         projection a shorter one"
    )]
    PlaceTooLong {
        /// The projection and its version.
        id: ProjectionId,
        /// The place where they would be: in Postgres a schema.
        place: String,
        /// The most bytes that its name may have.
        max: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
