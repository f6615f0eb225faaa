//! Questions to a projection backend, and the purposes of its batches.

use super::{
    Claim, Holder, ProjectError, ProjectionId, ProjectionKey, ProjectionName, Slot, VersionState,
};
use crate::event::name::{EventName, SchemaVersion};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::stream::Position;

/// The purpose of a [batch](super::ProjectionBatch): the rows that it stands on, and the lock that it takes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Scope<'a> {
    /// Handles events for a node. `state` says in which tables: a version that is
    /// [being built](VersionState::Building) has its own. If the version is in another state by then, or
    /// is promoted meanwhile, the commit is [`Lost`](super::CommitError::Lost).
    Node {
        /// The node.
        holder: Holder<'a>,
        /// The state of the version, as far as the node knows.
        state: VersionState,
    },
    /// Makes the tables of a version, for one node; the others wait for it. Its commit notes that they are
    /// there. If they are there already, which [`versions`](super::ProjectionBatch::versions) tells, it is
    /// rolled back.
    Tables(&'a ProjectionId),
    /// Builds a version again in place: takes all slots from whoever holds them, with the tables empty and
    /// no parked event, and effects up to each checkpoint as had. Until its commit readers see the old
    /// rows. Its [`Progress`](super::Progress) says for each slot how far it has come; the epochs in it do
    /// not matter.
    ///
    /// What [revokes](super::version::VersionChange::Revoke) the slots meanwhile, a stop for example, waits for it, or
    /// the commit is [`Lost`](super::CommitError::Lost).
    ///
    /// The log is read while it is open: it takes nothing away that reading needs, a connection of a pool for
    /// example.
    Rebuild(&'a ProjectionId),
    /// Folds something separately, with no tables at all. Cannot be committed.
    Scratch(&'a ProjectionId),
    /// Looks at the rows of a version. Cannot be committed.
    Rows(&'a ProjectionId),
    /// Changes versions of a name, or decides about its parked events. The lock of its versions is taken by
    /// [`versions`](super::ProjectionBatch::versions): nobody else changes them until the end of the batch,
    /// and nobody is given a slot.
    Versions(&'a ProjectionName),
    /// Changes versions like [`Versions`](Self::Versions), to promote one: the row of the version that is
    /// read names the [objects that depend on it](super::version::VersionRow::dependents).
    Promotion(&'a ProjectionId),
    /// Changes which versions there are, of any name; all of them are locked.
    Registry,
}

/// The slots that a node lets go of.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Release<'a> {
    /// These slots.
    Slots(&'a [Slot]),
    /// All of them: the store forgets that the node was there.
    Node,
}

/// The slots that a node was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// The slots, rising.
    pub slots: Vec<Claim>,
    /// The keys in these slots that have parked events.
    pub blocked: Vec<ProjectionKey>,
}

impl Claims {
    /// Slots and the keys in them that have parked events: for the authors of stores.
    #[must_use]
    pub fn new(slots: Vec<Claim>, blocked: Vec<ProjectionKey>) -> Self {
        Self { slots, blocked }
    }
}

/// A choice of parked events.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ParkedQuery<'a> {
    /// The first event of each key in these slots that is to be tried again by now, or dropped; the most
    /// overdue first. Before them those that wait for [a node that can read them](super::Failure::unreadable),
    /// but for the names and versions that this one cannot read either.
    Due {
        /// The slots.
        slots: &'a [Slot],
        /// The names and versions of events that the node cannot read.
        unreadable: &'a [(EventName, SchemaVersion)],
    },
    /// The events of a key after a position, in order.
    Key {
        /// The key.
        key: &'a ProjectionKey,
        /// The position.
        after: Position,
    },
    /// The first event of each key after a key, in the order of their bytes, with the number of events
    /// [behind](super::Parked::behind) it.
    First {
        /// The key before the first one.
        after: Option<&'a ProjectionKey>,
    },
}

/// A choice of versions.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum VersionQuery<'a> {
    /// All versions, with their slots, nodes and parked events.
    All,
    /// Those of one name, with their slots, nodes and parked events.
    Named(&'a ProjectionName),
    /// The version of that name whose rows are read, without what takes its time: neither owners nor nodes nor
    /// parked events. Asked often, by those who wait, and by every process that starts.
    ///
    /// The others are there: the slots with their epochs and checkpoints, and what a registration is compared with,
    /// which is `state`, `types`, `keyed_by` and `incarnation`; besides, `stopped`, `since` and `is_read`.
    Read(&'a ProjectionName),
}

/// The prospect of a handler that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Transience {
    /// It fails again: the event is at fault.
    Lasting,
    /// A moment may cure it: no event is at fault.
    Transient,
    /// A moment may cure it, and it can be the event's own all the same: a deadlock, a lock that is not
    /// free, a serialization failure, which a handler may also bring about each time. After a few tries of
    /// its batch the events are handled one by one, and after a few more it counts as the failure of the
    /// event that it stays with.
    Contention,
}

impl Transience {
    /// The prospect by the [`StoreError`] that a handler passed on; [`Lasting`](Self::Lasting) for any other
    /// error.
    #[must_use]
    pub fn of_store_error(error: &ProjectError) -> Self {
        match error.downcast_ref::<StoreError>() {
            Some(error) if error.kind() == StoreErrorKind::Contention => Self::Contention,
            Some(error) if error.is_transient() => Self::Transient,
            _ => Self::Lasting,
        }
    }
}
