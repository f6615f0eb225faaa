//! The versions of each name, and which of them serves.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::clock::Clock;
use super::version::MemoryVersion;
use crate::read::projection::version::{VersionChange, VersionRow, unknown};
use crate::read::projection::{Dropped, ProjectionId, ProjectionName, VersionStatus};
use crate::store::error::StoreError;
use crate::stream::Position;

#[derive(Debug)]
pub(super) struct Names<M> {
    pub(super) clock: Clock,
    names: BTreeMap<ProjectionName, Versions<M>>,
}

#[derive(Debug)]
struct Versions<M> {
    /// The version whose rows are read. It is retired already while the one that is to take its place
    /// comes as far.
    read: u32,
    by_number: BTreeMap<u32, MemoryVersion<M>>,
    /// The events that were dropped from each version, in the order of the log.
    dropped: BTreeMap<(u32, Position), Dropped>,
}

impl<M> Names<M> {
    pub(super) fn new() -> Self {
        Self { clock: Clock::start(), names: BTreeMap::new() }
    }

    pub(super) fn version(&self, id: &ProjectionId) -> Result<&MemoryVersion<M>, StoreError> {
        let found = self.names.get(&id.name).and_then(|name| name.by_number.get(&id.version));
        found.ok_or_else(|| unknown(id))
    }

    pub(super) fn version_mut(
        &mut self,
        id: &ProjectionId,
    ) -> Result<&mut MemoryVersion<M>, StoreError> {
        let name = self.names.get_mut(&id.name);
        name.and_then(|name| name.by_number.get_mut(&id.version)).ok_or_else(|| unknown(id))
    }

    /// The version whose rows are read.
    pub(super) fn read(&self, name: &ProjectionName) -> Option<&MemoryVersion<M>> {
        let name = self.names.get(name)?;
        name.by_number.get(&name.read)
    }

    pub(super) fn statuses(&self, name: Option<&ProjectionName>) -> Vec<VersionStatus> {
        let names = self.names.iter().filter(|(each, _)| name.is_none_or(|name| name == *each));
        let versions = names.flat_map(|(_, versions)| {
            let each = versions.by_number.iter();
            each.map(|(number, version)| version.status(*number == versions.read, self.clock))
        });
        versions.collect()
    }

    /// The rows of the versions of a name, or of all, as the rules see them.
    pub(super) fn rows(&self, name: Option<&ProjectionName>) -> Vec<VersionRow> {
        let names = self.names.iter().filter(|(each, _)| name.is_none_or(|name| name == *each));
        let rows = names.flat_map(|(_, versions)| {
            let rows = versions.by_number.iter();
            rows.map(|(number, version)| version.row(*number == versions.read))
        });
        rows.collect()
    }

    /// The number of parked events that a change would concern.
    pub(super) fn concerned(&self, change: &VersionChange) -> Result<u64, StoreError> {
        Ok(match change {
            VersionChange::Replay { id, keys } => self.version(id)?.parked.chosen(keys),
            VersionChange::DropParked { id, key, position, .. } => {
                u64::from(self.version(id)?.parked.is_first(key, *position))
            }
            _ => 0,
        })
    }

    /// Keeps what was dropped from a version, also when that is gone.
    pub(super) fn keep_dropped(&mut self, id: &ProjectionId, dropped: Vec<Dropped>) {
        let Some(versions) = self.names.get_mut(&id.name) else { return };
        for event in dropped {
            versions.dropped.entry((id.version, event.position)).or_insert(event);
        }
    }

    pub(super) fn dropped(&self, id: &ProjectionId, after: Position, limit: u32) -> Vec<Dropped> {
        let Some(versions) = self.names.get(&id.name) else { return Vec::new() };
        let after = Bound::Excluded((id.version, after));
        let last = Bound::Included((id.version, Position::MAX));
        let later = versions.dropped.range((after, last)).take(limit as usize);
        later.map(|(_, dropped)| dropped.clone()).collect()
    }
}

impl<M: Default> Names<M> {
    pub(super) fn apply(&mut self, change: VersionChange) -> Result<(), StoreError> {
        let clock = self.clock;
        match change {
            VersionChange::Add { registration, place, is_read } => {
                let ProjectionId { name, version } = registration.id.clone();
                let versions = self.names.entry(name).or_default();
                if is_read {
                    versions.read = version;
                }
                let new = MemoryVersion::new(registration, place, clock);
                versions.by_number.insert(version, new);
            }
            VersionChange::Place { id, place } => self.version_mut(&id)?.place = place,
            VersionChange::Types { id, types } => {
                self.version_mut(&id)?.registration.types = types;
            }
            VersionChange::Revoke { id } => self.version_mut(&id)?.revoke(),
            VersionChange::EffectsAfter { id, slots } => {
                self.version_mut(&id)?.slots.effects_were_had(&slots);
            }
            VersionChange::Exchange { new, .. } => {
                let versions = self.names.get_mut(&new.name).ok_or_else(|| unknown(&new))?;
                versions.read = new.version;
            }
            VersionChange::Remove { id } => {
                let versions = self.names.get_mut(&id.name).ok_or_else(|| unknown(&id))?;
                versions.by_number.remove(&id.version);
            }
            VersionChange::Stop { id, why } => self.version_mut(&id)?.stopped = why,
            VersionChange::Replay { id, keys } => self.version_mut(&id)?.parked.replay(&keys),
            VersionChange::DropParked { id, key, position, reason } => {
                self.version_mut(&id)?.parked.drop_first(&key, position, &reason);
            }
        }
        Ok(())
    }
}

impl<M> Default for Versions<M> {
    fn default() -> Self {
        Self { read: 0, by_number: BTreeMap::new(), dropped: BTreeMap::new() }
    }
}
