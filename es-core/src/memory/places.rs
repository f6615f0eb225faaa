//! The places of the events of a stream.

use crate::stream::{Position, Version};

/// The places of the events of a stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// The version before its first event: greater than 0 in a stream that took the place of another.
    pub(super) before: u64,
    /// The position of the event of version v is at v - before - 1.
    pub(super) positions: Vec<Position>,
}

impl Places {
    /// The place in `positions` that a version has, counted from 1; that of an earlier one is 0.
    pub(super) fn place(&self, version: Version) -> u64 {
        version.0.saturating_sub(self.before)
    }

    pub(super) fn version(&self) -> Version {
        Version(self.before).plus(self.positions.len())
    }
}
