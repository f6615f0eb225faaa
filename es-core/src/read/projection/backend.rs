//! The trait between the runner of projections and a database that keeps their progress and their rows.

use std::future::Future;

use super::scope::{Claims, ParkedQuery, Release, Scope, Transience, VersionQuery};
use super::{
    Dropped, Heartbeat, HeartbeatReply, Holder, Parked, ProjectError, ProjectionBatch,
    ProjectionId, VersionStatus,
};
use crate::store::error::StoreError;
use crate::stream::Position;

/// A backend of projections, which keeps how far they have come, which nodes run them, their parked events
/// and their rows: what the author of an adapter writes. Services call [`ProjectionStore`](super::ProjectionStore).
///
/// # Why it is shaped so
///
/// Three things must be one: the rows that follow from a page of events, the note that the page is
/// done, and the right of this node to write it. So a [`ProjectionBatch`] holds all three, and is
/// committed as one. Everything else follows: a node that was paused comes back to a batch that cannot
/// be committed, a crash leaves neither rows without the note nor the note without rows, and no node
/// has to know of another one.
///
/// Keys are divided among 64 [slots](super::Slot). A slot is held under a lease, by the clock of the store. Who
/// takes it gets a new [`Epoch`](super::Epoch), and what was begun under an older one is
/// [`Lost`](super::CommitError::Lost).
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
/// - **A stop is the end.** Nothing that was begun before it is committed after it, nor after the version is
///   resumed, a rebuild in place neither. `fence`
/// - **A slot is one node's.** Of nodes that claim at once each slot goes to one; to another only when
///   it was released or its lease is over. `lease`
/// - **A paused node holds nobody up.** A node that stops in the middle of a batch keeps its rows locked
///   no longer than its lease lasts. `lease`
/// - **Parked events stay in order**, per key, until they are settled. `parked`
/// - **A dropped event** is kept with its reason, also when the version is built again. `parked`
/// - **A swap is one moment.** Readers see the rows of the old version, then those of the new one, never
///   none and never both; and the new version has come at least as far. `swap`
/// - **Effects are not repeated**: the new version has those of events after the last one of the old.
///   `swap`
/// - **A node that is too old** for an event neither counts a try nor passes it by: it waits for a node
///   that can read it, which tries it by itself. `rollout`
/// - **A release that reads more** is not passed by: a version that is registered with more names of
///   events is owed these by every node. `rollout`
/// - **A future that is kept and not polled** holds nobody up, however often it was polled before; a
///   batch that its node does not go on with, no longer than the lease. `kept`
/// - **Dropping a future** leaves the store whole: a batch that is dropped is undone. `batch`
///
/// The rules of versions are none of these: they are [functions](super::version) of the rows that a backend
/// reads, and ask for [changes](super::version::VersionChange) of rows.
///
/// A backend is a handle: clones speak to the same progress.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep the progress of projections",
    label = "not a projection store",
    note = "use `es_core::MemoryProjections` or `es_postgres::PgProjections`"
)]
pub trait ProjectionBackend: Clone + Send + Sync + 'static {
    /// The place that handlers write into.
    type Db: Send + 'static;

    /// The rows and the progress of one step, committed together.
    type Batch: ProjectionBatch<Db = Self::Db>;

    /// Takes the heartbeat of a node: renews the leases of the slots that the node still holds, and
    /// returns what it has to know.
    fn heartbeat(
        &self,
        holder: Holder<'_>,
        heartbeat: &Heartbeat,
    ) -> impl Future<Output = Result<HeartbeatReply, StoreError>> + Send;

    /// Gives the node up to `at_most` slots that nobody holds, those whose lease is over among them, with
    /// the keys in them that have parked events, as they are after the claim. A slot that another node is
    /// just being given is passed over. Nothing is given of a version that is retired or stopped.
    fn claim(
        &self,
        holder: Holder<'_>,
        at_most: usize,
    ) -> impl Future<Output = Result<Claims, StoreError>> + Send;

    /// Lets go of slots of the node, between two batches.
    fn release(
        &self,
        holder: Holder<'_>,
        what: Release<'_>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Begins a batch for what the [scope](Scope) says.
    ///
    /// Kept and not polled it holds nobody up, as every call here: `kept::a_kept_call_holds_nobody_up`.
    fn begin(
        &self,
        scope: Scope<'_>,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send;

    /// Returns up to `limit` parked events of a version.
    ///
    /// # Errors
    ///
    /// [`unknown`](super::version::unknown) if there is no such version, where the query begins a list:
    /// [`Key`](ParkedQuery::Key) after [`Position::START`], and [`First`](ParkedQuery::First) after no key. Any other
    /// query, which a node asks again and again, may be answered by nothing instead. Proven by
    /// `versions::a_version_that_nobody_has_run_is_an_error`.
    fn read_parked(
        &self,
        id: &ProjectionId,
        query: ParkedQuery<'_>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Parked>, StoreError>> + Send;

    /// Returns up to `limit` events that were dropped from a version on request, after a position, in the
    /// order of the log. They stay there when the version is built again, and when it is removed. Proven by
    /// `parked::what_is_dropped_is_kept_with_its_reason`.
    fn dropped(
        &self,
        id: &ProjectionId,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Dropped>, StoreError>> + Send;

    /// Returns versions, in the order of their names and numbers.
    fn read_versions(
        &self,
        query: VersionQuery<'_>,
    ) -> impl Future<Output = Result<Vec<VersionStatus>, StoreError>> + Send;

    /// Tells whether a moment may cure the error of a handler: a lost connection, a deadlock. No event is
    /// at fault then, and none is parked for it. A statement that exceeds its time limit is lasting: it
    /// exceeds it each time.
    fn transience(&self, error: &ProjectError) -> Transience;
}
