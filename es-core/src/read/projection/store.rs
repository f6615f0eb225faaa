//! Operations on projections, written once over the primitives of a backend.

use std::future::Future;

use super::administration::{self, driven};
use super::scope::{ParkedQuery, Release, Scope, Transience, VersionQuery};
use super::version::VersionChange;
use super::{
    Holder, Parked, ParkedKey, ParkedSelector, ProjectError, ProjectionBackend, ProjectionBatch,
    ProjectionId, ProjectionKey, ProjectionName, RegisterError, Registration, Slot, VersionState,
    VersionStatus,
};
use crate::event::metadata::Reason;
use crate::event::name::{EventName, SchemaVersion};
use crate::store::checkpoint::Checkpoint;
use crate::store::error::StoreError;
use crate::stream::Position;

/// A store of projections, as the runner and a service use it: every [backend](ProjectionBackend) is one.
///
/// There is nothing to implement here. What changes versions runs on a task, so that a future that is kept
/// and not polled holds no lock.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep the progress of projections",
    label = "not a projection store",
    note = "use `es_core::MemoryProjections` or `es_postgres::PgProjections`"
)]
pub trait ProjectionStore: ProjectionBackend {
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
    ) -> impl Future<Output = Result<VersionState, RegisterError>> + Send {
        let (store, registration) = (self.clone(), registration.clone());
        driven(async move { administration::register(&store, &registration).await })
    }

    /// The batch in which the tables of a new version are made, for one node; the others wait for it.
    /// `None` if they are there. Its commit notes that they are.
    fn prepare(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Option<Self::Batch>, StoreError>> + Send {
        async move {
            let mut batch = self.begin(Scope::Tables(id)).await?;
            let is_prepared = batch.versions().await?.iter().any(|row| row.is_prepared);
            if !is_prepared {
                return Ok(Some(batch));
            }
            batch.rollback().await?;
            Ok(None)
        }
    }

    /// Lets go of all slots of the node and forgets that it was there.
    fn deregister(
        &self,
        holder: Holder<'_>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        self.release(holder, Release::Node)
    }

    /// True if a moment may cure the error of a handler; see
    /// [`transience`](ProjectionBackend::transience).
    fn is_transient(&self, error: &ProjectError) -> bool {
        self.transience(error) != Transience::Lasting
    }

    /// True if the failure is [of that kind](Transience::Contention).
    fn is_contention(&self, error: &ProjectError) -> bool {
        self.transience(error) == Transience::Contention
    }

    /// Returns parked events that are [due](ParkedQuery::Due).
    fn due(
        &self,
        id: &ProjectionId,
        slots: &[Slot],
        unreadable: &[(EventName, SchemaVersion)],
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Parked>, StoreError>> + Send {
        async move { self.read_parked(id, ParkedQuery::Due { slots, unreadable }, limit).await }
    }

    /// Returns up to `limit` parked events of a key, after a position, in order.
    fn parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        after: Position,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<Parked>, StoreError>> + Send {
        self.read_parked(id, ParkedQuery::Key { key, after }, limit)
    }

    /// Returns up to `limit` keys with parked events, after a key, in the order of their bytes.
    fn parked_keys(
        &self,
        id: &ProjectionId,
        after: Option<&ProjectionKey>,
        limit: u32,
    ) -> impl Future<Output = Result<Vec<ParkedKey>, StoreError>> + Send {
        let first = self.read_parked(id, ParkedQuery::First { after }, limit);
        async move { Ok(first.await?.into_iter().map(ParkedKey::of_first).collect()) }
    }

    /// Requests that the first events of these keys are tried again, with all their tries before
    /// them, by the nodes that hold their slots. Returns the number of keys.
    fn replay(
        &self,
        id: &ProjectionId,
        keys: &ParkedSelector,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        let (store, id, keys) = (self.clone(), id.clone(), keys.clone());
        driven(async move {
            let name = id.name.clone();
            administration::change(&store, &name, VersionChange::Replay { id, keys }).await
        })
    }

    /// Requests that the first event of a key, which stands at `position`, is dropped and those
    /// behind it are tried. The event stays in the log, and the reason is
    /// [kept](ProjectionBackend::dropped). Returns true if that is the first event.
    fn drop_parked(
        &self,
        id: &ProjectionId,
        key: &ProjectionKey,
        position: Position,
        reason: &Reason,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        let (store, name) = (self.clone(), id.name.clone());
        let (id, key, reason) = (id.clone(), key.clone(), reason.clone());
        let drop = VersionChange::DropParked { id, key, position, reason };
        driven(async move { Ok(administration::change(&store, &name, drop).await? > 0) })
    }

    /// Stops a version, with the reason, or lets a stopped one go on.
    ///
    /// A stop takes the slots from all nodes: what they began before it is not committed after it, nor after the
    /// version goes on. Proven by `fence::what_was_begun_before_a_stop_is_lost`. Nor is a
    /// [rebuild](Self::rebuild) that was begun before it, as
    /// `fence::a_rebuild_that_was_begun_before_a_stop_is_not_kept_after_it` proves. If the version that is read was
    /// retired in favour of this one, it serves again.
    ///
    /// # Errors
    ///
    /// If the version is not known, and if no node writes its rows: an inline projection of Postgres.
    fn stop(
        &self,
        id: &ProjectionId,
        why: Option<&str>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        let (store, id, why) = (self.clone(), id.clone(), why.map(str::to_owned));
        driven(async move { administration::stop(&store, &id, why.as_deref()).await })
    }

    /// Returns all versions, of one name or of all, with their slots, nodes and parked events.
    fn versions(
        &self,
        name: Option<&ProjectionName>,
    ) -> impl Future<Output = Result<Vec<VersionStatus>, StoreError>> + Send {
        self.read_versions(name.map_or(VersionQuery::All, VersionQuery::Named))
    }

    /// Returns the position that the serving version has reached in all of its slots; `None` if no
    /// version serves.
    fn visible(
        &self,
        name: &ProjectionName,
    ) -> impl Future<Output = Result<Option<Checkpoint>, StoreError>> + Send {
        let read = self.read_versions(VersionQuery::Read(name));
        async move {
            let checkpoint =
                |read: &VersionStatus| Checkpoint::new(read.incarnation, read.position());
            Ok(read.await?.first().map(checkpoint))
        }
    }

    /// Returns the position that each slot of the previous version has reached, beyond which a
    /// version with effects must not advance. `None` for the version that serves.
    fn limits(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Option<Vec<(Slot, Position)>>, StoreError>> + Send {
        async move {
            let read = self.read_versions(VersionQuery::Read(&id.name)).await?;
            let before = read.into_iter().find(|read| read.id != *id);
            let limit = |slot: super::SlotStatus| (slot.slot, slot.checkpoint);
            Ok(before.map(|before| before.slots.into_iter().map(limit).collect()))
        }
    }

    /// Lets a version that was built take the place of the one that serves. Nobody holds a slot of it
    /// then: whoever claims one learns which [effects were had](super::Claim::effects_after).
    ///
    /// If the other one is still ahead in a slot, it is retired first, so that nobody adds to its rows
    /// any more, and the answer is [`NotYet`](Swap::NotYet): call again when this version has come as
    /// far. Until then the old rows are read. While it has effects that wait with
    /// its parked events, it stays where it is: [`Waits`](Swap::Waits). So it does while something
    /// depends on its rows that would not come along: [`HasDependents`](Swap::HasDependents). One that is stopped
    /// is replaced like any other.
    ///
    /// # Errors
    ///
    /// If the version is not known, is retired or stopped, or has no tables.
    fn swap(&self, id: &ProjectionId) -> impl Future<Output = Result<Swap, StoreError>> + Send {
        let (store, id) = (self.clone(), id.clone());
        driven(async move { administration::swap(&store, &id).await })
    }

    /// Requests that a retired version is built on from where it stopped, to take the place of the
    /// one that serves: the way back. The swap is the same as for a new version, and it retires the
    /// other one. A version that is still read, and retired for another one that has yet to come as
    /// far, serves again at once. Returns the state of the version afterwards; nothing changes for
    /// one that is being built.
    ///
    /// # Errors
    ///
    /// If it is not known, if it is read and was not retired, and if it has effects and is kept in order by another
    /// key than the version that serves.
    fn reinstate(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<VersionState, StoreError>> + Send {
        let (store, id) = (self.clone(), id.clone());
        driven(async move { administration::reinstate(&store, &id).await })
    }

    /// Removes a version that does not serve, with its rows. Returns true if there was one. If the
    /// version that is read was retired in favour of this one, that version serves again.
    ///
    /// # Errors
    ///
    /// If it serves, and if something depends on its rows that would not go along: in Postgres the source is
    /// then an `es_postgres::HasDependents`.
    fn drop_version(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        let (store, id) = (self.clone(), id.clone());
        driven(async move { administration::remove(&store, &id).await })
    }

    /// A batch that builds a version again in place: see [`Scope::Rebuild`].
    fn rebuild(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send {
        self.begin(Scope::Rebuild(id))
    }

    /// A batch with no tables at all, to fold something separately. It cannot be committed: it is undone.
    fn scratch(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send {
        self.begin(Scope::Scratch(id))
    }

    /// A batch on the rows of a version, to look at them; undone in the end.
    fn rows(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Self::Batch, StoreError>> + Send {
        self.begin(Scope::Rows(id))
    }

    /// The tables of a version, with the number of rows in each; empty where that cannot be told.
    fn counts(
        &self,
        id: &ProjectionId,
    ) -> impl Future<Output = Result<Vec<(String, u64)>, StoreError>> + Send {
        let (store, id) = (self.clone(), id.clone());
        driven(async move {
            let mut rows = store.rows(&id).await?;
            let counts = rows.counts().await;
            rows.rollback().await?;
            counts
        })
    }
}

impl<B: ProjectionBackend> ProjectionStore for B {}

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
