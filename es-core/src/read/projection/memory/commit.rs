//! Commit of a batch into a version, all or nothing.

use std::sync::Arc;

use super::model_lock::Turn;
use super::registry::Names;
use crate::read::projection::{CommitError, NodeId, Progress, ProjectionId, VersionState};

/// The purpose of a batch, with the data that its commit needs.
#[derive(Debug)]
pub(super) enum Purpose {
    /// Makes the tables of a version. No other batch does so meanwhile.
    Prepare(Turn),
    /// Handles events. Slots, state and turn must still be the node's.
    Project {
        /// The node whose batch it is.
        node: NodeId,
        /// The state of the version when the batch was begun.
        state: VersionState,
        /// The right to change the model.
        turn: Turn,
    },
    /// Handles events for a node that believes the version to be in another state than it is.
    Outdated,
    /// Builds the version again. Its slots must not have been revoked since.
    Rebuild {
        /// The [number of revocations](super::version::MemoryVersion::revocations) when the batch was begun.
        revocations: u64,
    },
    /// Finds the tables of a version that are there.
    Prepared,
    /// Reads the rows, or folds keys for a comparison.
    Look,
}

impl Purpose {
    /// Renews the lease of the turn, as a sign of life of its holder.
    pub(super) fn go_on(&self) {
        if let Self::Prepare(turn) | Self::Project { turn, .. } = self {
            turn.go_on();
        }
    }
}

impl<M> Names<M> {
    /// Commits a batch. All checks that may refuse it come before the first change.
    pub(super) fn commit(
        &mut self,
        id: &ProjectionId,
        purpose: &Purpose,
        model: Arc<M>,
        progress: Progress,
    ) -> Result<(), CommitError> {
        let clock = self.clock;
        let version = self.version_mut(id).map_err(|_| CommitError::Lost)?;
        match purpose {
            Purpose::Look | Purpose::Prepared => {
                return Err(crate::read::projection::version::unsupported(format!(
                    "what is written beside `{id}` cannot be kept"
                ))
                .into());
            }
            Purpose::Prepare(turn) if turn.goes_on() => version.is_prepared = true,
            Purpose::Project { node, state, turn }
                if turn.goes_on()
                    && version.state() == *state
                    && version.slots.are_held(*node, &progress.slots) => {}
            Purpose::Rebuild { revocations } if version.revocations == *revocations => {
                version.slots.take_from_all();
                version.parked = super::parked::ParkedEvents::default();
            }
            Purpose::Prepare(_)
            | Purpose::Project { .. }
            | Purpose::Outdated
            | Purpose::Rebuild { .. } => return Err(CommitError::Lost),
        }
        version.model = model;
        version.slots.come_to(&progress.slots);
        let settled = progress.settled.iter();
        let dropped =
            settled.filter_map(|(key, position)| version.parked.settle(key, *position, clock));
        let dropped: Vec<_> = dropped.collect();
        for failed in progress.failed_again {
            version.parked.failed_again(failed, clock);
        }
        for new in progress.parked {
            version.parked.add(new);
        }
        self.keep_dropped(id, dropped);
        Ok(())
    }
}
