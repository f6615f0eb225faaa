//! The versions of each name, and which of them serves.

use std::collections::BTreeMap;

use super::clock::Clock;
use super::version::MemoryVersion;
use crate::read::projection::{
    ProjectionId, ProjectionName, RegisterError, Registration, Swap, VersionState, VersionStatus,
};
use crate::store::error::{StoreError, StoreErrorKind};

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

    pub(super) fn swap(&mut self, id: &ProjectionId) -> Result<Swap, StoreError> {
        let versions = self.names.get_mut(&id.name).ok_or_else(|| unknown(id))?;
        if versions.read == id.version {
            return Ok(Swap::Done);
        }
        let mut new = versions.versions.remove(&id.version).ok_or_else(|| unknown(id))?;
        let swap = match versions.versions.get_mut(&versions.read) {
            _ if new.place == VersionState::Retired => {
                Err(unsupported(format!("`{id}` is retired; reinstate it first")))
            }
            _ if new.stopped.is_some() => {
                Err(unsupported(format!("`{id}` is stopped; resume it first")))
            }
            _ if !new.is_prepared => Err(unsupported(format!("the tables of `{id}` are not made"))),
            Some(old) if old.registration.has_effects && old.parked.events() > 0 => Ok(Swap::Waits),
            Some(old) => {
                old.place = VersionState::Retired;
                old.slots.take_from_all();
                Ok(if new.has_come_as_far_as(old) { Swap::Done } else { Swap::NotYet })
            }
            None => Ok(Swap::Done),
        };
        if let Ok(Swap::Done) = swap {
            new.slots.take_from_all();
            if let Some(old) = versions.versions.get(&versions.read) {
                new.slots.effects_were_had(&old.slots);
            }
            new.place = VersionState::Serving;
            versions.read = id.version;
        }
        versions.versions.insert(id.version, new);
        swap
    }

    pub(super) fn drop_version(&mut self, id: &ProjectionId) -> Result<bool, StoreError> {
        let Some(versions) = self.names.get_mut(&id.name) else { return Ok(false) };
        if versions.read == id.version {
            return Err(unsupported(format!("`{id}` serves and cannot be dropped")));
        }
        let Some(dropped) = versions.versions.remove(&id.version) else { return Ok(false) };
        // Nobody is to take the place any more of a version that was retired for that.
        let is_awaited = versions.versions.values().any(|v| v.place == VersionState::Building);
        if dropped.place == VersionState::Building
            && !is_awaited
            && let Some(read) = versions.versions.get_mut(&versions.read)
        {
            read.place = VersionState::Serving;
        }
        Ok(true)
    }

    pub(super) fn reinstate(&mut self, id: &ProjectionId) -> Result<VersionState, StoreError> {
        let versions = self.names.get_mut(&id.name).ok_or_else(|| unknown(id))?;
        let read = versions.versions.get(&versions.read);
        let keyed_by = read.map(|read| read.registration.keyed_by.clone());
        let version = versions.versions.get_mut(&id.version).ok_or_else(|| unknown(id))?;
        if version.place == VersionState::Retired && versions.read == id.version {
            version.place = VersionState::Serving;
        } else if version.place == VersionState::Retired {
            let beside = keyed_by.map_or(Ok(()), |key| version.registration.check_successor(&key));
            beside.map_err(|why| StoreError::new(StoreErrorKind::Unsupported, why))?;
            version.place = VersionState::Building;
        }
        Ok(version.state())
    }
}

impl<M: Default> Names<M> {
    pub(super) fn register(
        &mut self,
        registration: &Registration,
    ) -> Result<VersionState, RegisterError> {
        let (id, clock) = (&registration.id, self.clock);
        for other in self.names.keys() {
            registration.may_stand_beside(other)?;
        }
        let Some(versions) = self.names.get_mut(&id.name) else {
            let first = MemoryVersion::new(registration.clone(), VersionState::Serving, clock);
            let versions = BTreeMap::from([(id.version, first)]);
            self.names.insert(id.name.clone(), Versions { read: id.version, versions });
            return Ok(VersionState::Serving);
        };
        if let Some(known) = versions.versions.get_mut(&id.version) {
            let Registration { keyed_by, incarnation, types, .. } = &known.registration;
            registration.check_same(keyed_by, *incarnation)?;
            if let Some(types) = registration.added_to(types) {
                known.registration.types = types;
                known.slots.free_all();
            }
            return Ok(known.state());
        }
        let state =
            if id.version < versions.read { VersionState::Retired } else { VersionState::Building };
        if let Some(serving) = versions.versions.get(&versions.read)
            && state == VersionState::Building
        {
            registration.check_successor(&serving.registration.keyed_by)?;
        }
        let new = MemoryVersion::new(registration.clone(), state, clock);
        versions.versions.insert(id.version, new);
        Ok(state)
    }
}

fn unknown(id: &ProjectionId) -> StoreError {
    unsupported(format!("`{id}` is not known here: run it first"))
}

pub(super) fn unsupported(why: String) -> StoreError {
    StoreError::new(StoreErrorKind::Unsupported, why)
}
