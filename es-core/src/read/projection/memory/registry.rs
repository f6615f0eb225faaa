//! The versions of each name, and which of them serves.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::version::MemoryVersion;
use crate::read::projection::version::{
    self, Promotion, VersionChange, VersionPlan, VersionRow, unknown,
};
use crate::read::projection::{
    ProjectionId, ProjectionName, RegisterError, Registration, Swap, VersionState, VersionStatus,
};
use crate::store::error::StoreError;

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
    versions: BTreeMap<u32, MemoryVersion<M>>,
}

impl<M> Names<M> {
    pub(super) fn new() -> Self {
        Self { clock: Clock::start(), names: BTreeMap::new() }
    }

    pub(super) fn version(&self, id: &ProjectionId) -> Result<&MemoryVersion<M>, StoreError> {
        let found = self.names.get(&id.name).and_then(|name| name.versions.get(&id.version));
        found.ok_or_else(|| unknown(id))
    }

    pub(super) fn version_mut(
        &mut self,
        id: &ProjectionId,
    ) -> Result<&mut MemoryVersion<M>, StoreError> {
        let name = self.names.get_mut(&id.name);
        name.and_then(|name| name.versions.get_mut(&id.version)).ok_or_else(|| unknown(id))
    }

    /// The version whose rows are read.
    pub(super) fn read(&self, name: &ProjectionName) -> Option<&MemoryVersion<M>> {
        let name = self.names.get(name)?;
        name.versions.get(&name.read)
    }

    pub(super) fn statuses(&self, name: Option<&ProjectionName>) -> Vec<VersionStatus> {
        let names = self.names.iter().filter(|(each, _)| name.is_none_or(|name| name == *each));
        let versions = names.flat_map(|(_, versions)| versions.versions.values());
        versions.map(|version| version.status(self.clock)).collect()
    }

    /// The rows of the versions of a name, as the rules see them.
    fn rows(&self, name: &ProjectionName) -> Vec<VersionRow> {
        let Some(versions) = self.names.get(name) else { return Vec::new() };
        let rows = versions.versions.iter();
        rows.map(|(number, version)| version.row(*number == versions.read)).collect()
    }
}

impl<M: Default> Names<M> {
    pub(super) fn register(
        &mut self,
        registration: &Registration,
    ) -> Result<VersionState, RegisterError> {
        let rows: Vec<_> = self.names.keys().flat_map(|name| self.rows(name)).collect();
        let plan = version::register(&rows, registration)?;
        Ok(self.carry_out(plan)?)
    }

    pub(super) fn swap(&mut self, id: &ProjectionId) -> Result<Swap, StoreError> {
        let mut revoked = Vec::new();
        loop {
            match version::promote(&self.rows(&id.name), id, &revoked)? {
                Promotion::Revoke(id) => {
                    self.apply(VersionChange::Revoke { id: id.clone() })?;
                    revoked.push(id);
                }
                Promotion::Settle(changes, swap) => {
                    changes.into_iter().try_for_each(|change| self.apply(change))?;
                    return Ok(swap);
                }
            }
        }
    }

    pub(super) fn drop_version(&mut self, id: &ProjectionId) -> Result<bool, StoreError> {
        let plan = version::remove(&self.rows(&id.name), id)?;
        self.carry_out(plan)
    }

    pub(super) fn reinstate(&mut self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        let plan = version::reinstate(&self.rows(&id.name), id)?;
        self.carry_out(plan)
    }

    fn carry_out<T>(&mut self, plan: VersionPlan<T>) -> Result<T, StoreError> {
        plan.changes.into_iter().try_for_each(|change| self.apply(change))?;
        Ok(plan.answer)
    }

    fn apply(&mut self, change: VersionChange) -> Result<(), StoreError> {
        let clock = self.clock;
        match change {
            VersionChange::Add { registration, place, is_read } => {
                let ProjectionId { name, version } = registration.id.clone();
                let versions = self.names.entry(name).or_default();
                if is_read {
                    versions.read = version;
                }
                let new = MemoryVersion::new(registration, place, clock);
                versions.versions.insert(version, new);
            }
            VersionChange::Place { id, place } => self.version_mut(&id)?.place = place,
            VersionChange::Types { id, types } => {
                self.version_mut(&id)?.registration.types = types;
            }
            VersionChange::Revoke { id } => self.version_mut(&id)?.slots.free_all(),
            VersionChange::EffectsAfter { id, slots } => {
                self.version_mut(&id)?.slots.effects_were_had(&slots);
            }
            VersionChange::Exchange { new, .. } => {
                let versions = self.names.get_mut(&new.name).ok_or_else(|| unknown(&new))?;
                versions.read = new.version;
            }
            VersionChange::Remove { id } => {
                let versions = self.names.get_mut(&id.name).ok_or_else(|| unknown(&id))?;
                versions.versions.remove(&id.version);
            }
        }
        Ok(())
    }
}

impl<M> Default for Versions<M> {
    fn default() -> Self {
        Self { read: 0, versions: BTreeMap::new() }
    }
}
