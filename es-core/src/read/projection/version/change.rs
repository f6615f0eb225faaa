//! Changes of rows that the rules, and operators, ask a store for.

use crate::event::metadata::Reason;
use crate::event::name::EventName;
use crate::read::projection::{
    ParkedSelector, ProjectionId, ProjectionKey, RegisterError, Registration, Slot, VersionState,
};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::stream::Position;

/// A change of the rows of a version or of its parked events. A store makes those of a plan in their order, in
/// one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VersionChange {
    /// Adds a version in that place with its 64 slots, which begin at [`Registration::start`].
    Add {
        /// The declaration of the version.
        registration: Registration,
        /// The place that it begins in.
        place: VersionState,
        /// True if its rows are those that are read.
        is_read: bool,
    },
    /// Puts a version into another place.
    Place {
        /// The version.
        id: ProjectionId,
        /// The place: building, serving or retired.
        place: VersionState,
    },
    /// Notes the names of the events that a version is owed; empty for all.
    Types {
        /// The version.
        id: ProjectionId,
        /// The names.
        types: Vec<EventName>,
    },
    /// Takes all slots of a version from the nodes that hold them. Waits for the commits that are under
    /// way; nothing that was begun before is committed after. Each slot is given in a new epoch next.
    Revoke {
        /// The version.
        id: ProjectionId,
    },
    /// Notes up to where the effects of a version were had.
    EffectsAfter {
        /// The version.
        id: ProjectionId,
        /// The position for each slot.
        slots: Vec<(Slot, Position)>,
    },
    /// Lets readers see the rows of `new` in place of those of `read`, which are kept, in one moment.
    Exchange {
        /// The version whose rows are read from now on.
        new: ProjectionId,
        /// The version whose rows were read.
        read: ProjectionId,
    },
    /// Removes a version with its rows, slots, nodes and parked events. Refused while something that is no
    /// part of it depends on its rows.
    Remove {
        /// The version.
        id: ProjectionId,
    },
    /// Notes that a version is stopped, for a reason, or that it goes on where there is none.
    Stop {
        /// The version.
        id: ProjectionId,
        /// The reason.
        why: Option<String>,
    },
    /// Makes the first event of each of these keys due, with all its tries before it.
    Replay {
        /// The version.
        id: ProjectionId,
        /// The keys.
        keys: ParkedSelector,
    },
    /// Makes the event at `position` due, to be dropped, if it is the first one of its key.
    DropParked {
        /// The version.
        id: ProjectionId,
        /// The key.
        key: ProjectionKey,
        /// The position of the event.
        position: Position,
        /// The reason that is kept.
        reason: Reason,
    },
}

/// The reason that a change of rows was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The rows of a version that was to be added have no place in the store: another projection has it,
    /// or the name does not do for one.
    #[error(transparent)]
    Place(RegisterError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ChangeError> for RegisterError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Place(error) => error,
            ChangeError::Store(error) => Self::Store(error),
        }
    }
}

impl From<ChangeError> for StoreError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Place(error) => Self::new(StoreErrorKind::Unsupported, error),
            ChangeError::Store(error) => error,
        }
    }
}

/// The changes that a rule asks for, and the answer to its caller once they are made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VersionPlan<T> {
    /// The changes, in their order.
    pub changes: Vec<VersionChange>,
    /// The answer.
    pub answer: T,
}

impl<T> VersionPlan<T> {
    pub(in crate::read::projection) fn new(answer: T, changes: Vec<VersionChange>) -> Self {
        Self { changes, answer }
    }

    /// Nothing is to be changed.
    pub(super) fn unchanged(answer: T) -> Self {
        Self::new(answer, Vec::new())
    }
}

/// A version in another place.
pub(super) fn place(id: &ProjectionId, place: VersionState) -> VersionChange {
    VersionChange::Place { id: id.clone(), place }
}
