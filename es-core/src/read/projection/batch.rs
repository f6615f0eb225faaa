//! The transaction of a projection backend.

use std::future::Future;

use super::ProjectError;
use super::progress::{CommitError, Progress};
use super::version::{ChangeError, VersionChange, VersionRow};
use crate::store::error::StoreError;

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
    /// batch. `None`, as by default, if no batch was begun; the caller then
    /// [begins](super::ProjectionBackend::begin) one.
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

    /// Returns the rows of versions, as the [rules](super::version) see them: in the scopes
    /// [`Versions`](super::Scope::Versions), [`Promotion`](super::Scope::Promotion) and
    /// [`Registry`](super::Scope::Registry) under their lock, each time as they are then; in
    /// [`Tables`](super::Scope::Tables) the row of that version, at once and without waiting for anything.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::StoreErrorKind::Unsupported) in other scopes.
    fn versions(&mut self) -> impl Future<Output = Result<Vec<VersionRow>, StoreError>> + Send;

    /// Makes a change of rows, which the commit keeps: in the scopes of [`versions`](Self::versions), but for
    /// `Tables`. A change of a version follows from rows, and is made after they were [read](Self::versions), under
    /// their lock. Parked events are replayed and dropped without it. Returns the number of parked events that the
    /// change concerns, 0 for a change of a version.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Place`] if a version that is added has no place for its rows.
    fn apply(
        &mut self,
        change: VersionChange,
    ) -> impl Future<Output = Result<u64, ChangeError>> + Send;

    /// Returns the tables of the version, with the number of rows in each; empty where that
    /// cannot be told, as by default. In the scope [`Rows`](super::Scope::Rows).
    fn counts(&mut self) -> impl Future<Output = Result<Vec<(String, u64)>, StoreError>> + Send {
        async { Ok(Vec::new()) }
    }
}
