//! Verification of the rows of a new version.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::checks::{difference, lost_rows, not_for_a_moment, own_check};
use super::fold::Scratch;
use super::sample;
use super::verification::{Difference, Verification};
use crate::read::projection::{
    ProjectionBatch, ProjectionId, ProjectionKey, ProjectionStore, ReadModel, Slot, VersionState,
    VersionStatus,
};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;
use crate::transform::transformed_after;

/// The outcome of a verification of a new version's rows.
#[derive(Debug)]
pub(crate) enum Verified {
    /// The version was verified.
    Done(Verification),
    /// The version cannot be verified now: a stream was transformed meanwhile, and the version has
    /// yet to reach that position.
    NotYet,
}

/// Verifies the rows of a version that is being built and has caught up.
///
/// No node has to pause for it. The rows of a key are as of some moment between two reads of its
/// slot's checkpoint; they are compared if no event of the key lies between the two, so that the
/// exact moment does not matter.
pub(in crate::read::projection) async fn verify<S, K, X>(
    store: &S,
    kept: &K,
    projection: &X,
    selection: &Selection,
    keys: u32,
) -> Result<Verified, StoreError>
where
    S: EventStore,
    K: ProjectionStore,
    X: ReadModel<K::Db>,
{
    let id = ProjectionId::of::<X>();
    let Some((new, mut found)) = count_rows(kept, &id).await? else {
        return Ok(Verified::NotYet);
    };
    found.differences.extend(own_check(kept, projection, &id).await?);
    if found.is_right() && keys > 0 {
        let sample = Sample { store, kept, projection, selection, id: &id };
        if !sample.compare(&new, keys, &mut found).await? {
            return Ok(Verified::NotYet);
        }
    }
    Ok(Verified::Done(found))
}

/// Verifies a version that writes into a destination outside of `kept`, by its own check alone: nothing can
/// be folded separately there.
pub(in crate::read::projection) async fn verify_external<K, D, X>(
    kept: &K,
    projection: &X,
    destination: &mut D,
) -> Result<Verified, StoreError>
where
    K: ProjectionStore,
    D: Send,
    X: ReadModel<D>,
{
    let Some((_, mut found)) = count_rows(kept, &ProjectionId::of::<X>()).await? else {
        return Ok(Verified::NotYet);
    };
    found.differences.extend(difference(kept, projection.verify(destination).await)?);
    Ok(Verified::Done(found))
}

/// The version, with the numbers of its rows and of those of the version that serves; `None` if it is not known.
async fn count_rows<K: ProjectionStore>(
    kept: &K,
    id: &ProjectionId,
) -> Result<Option<(VersionStatus, Verification)>, StoreError> {
    let versions = kept.versions(Some(&id.name)).await?;
    let Some(new) = versions.iter().find(|version| version.id == *id) else {
        return Ok(None);
    };
    let mut found = Verification::default();
    if let Some(serving) = versions.iter().find(|version| version.state == VersionState::Serving) {
        found.rows_before = kept.counts(&serving.id).await?;
    }
    found.rows = kept.counts(id).await?;
    found.differences = lost_rows(&found.rows_before, &found.rows);
    Ok(Some((new.clone(), found)))
}

struct Sample<'a, S, K, X> {
    store: &'a S,
    kept: &'a K,
    projection: &'a X,
    selection: &'a Selection,
    id: &'a ProjectionId,
}

impl<S: EventStore, K: ProjectionStore, X: ReadModel<K::Db>> Sample<'_, S, K, X> {
    /// Draws keys and compares them. Returns true if the result means anything.
    async fn compare(
        &self,
        new: &VersionStatus,
        count: u32,
        found: &mut Verification,
    ) -> Result<bool, StoreError> {
        let drawn = sample::keys::<S, X>(self.store, self.selection, new.position(), count).await?;
        found.left_out = drawn.len();
        let rows = self.rows(drawn).await?;
        if rows.is_empty() {
            return Ok(true);
        }
        let before = checkpoints(new);
        let Some(after) = self.checkpoints_now().await? else {
            return Ok(false);
        };
        let furthest = after.values().max().copied().unwrap_or_default();
        let keys: Vec<_> = rows.iter().map(|(key, _)| key.clone()).collect();
        let mut events =
            sample::events::<S, X>(self.store, self.selection, &keys, furthest).await?;
        // Events that a copy stands for by now are in the rows still, and the other way round.
        let seen = after.values().min().copied().unwrap_or_default();
        if transformed_after(self.store, seen).await?.is_some() {
            return Ok(false);
        }
        // Asked before a batch is begun, which may hold the only connection that there is.
        let mut parked = HashSet::new();
        for (key, _) in &rows {
            if self.is_parked(key).await? {
                parked.insert(key.clone());
            }
        }
        let mut scratch = match Scratch::make(self.kept, self.projection, self.id).await {
            Ok(scratch) => scratch,
            // Where nothing can be folded separately, nothing is compared.
            Err(error) if error.kind() == StoreErrorKind::Unsupported => return Ok(true),
            Err(error) => return Err(error),
        };
        for (key, row) in rows {
            let slot = Slot::of(&key);
            let came_to = |of: &HashMap<Slot, Position>| of.get(&slot).copied().unwrap_or_default();
            let Some(mut events) = events.remove(&key) else { continue };
            events.retain(|event| event.position <= came_to(&after));
            let is_unchanged = events.last().is_some_and(|last| last.position <= came_to(&before));
            if !is_unchanged || parked.contains(&key) {
                continue;
            }
            if let Some(folded) = scratch.rows(&key, &events).await? {
                found.keys += 1;
                found.left_out -= 1;
                if folded != row {
                    found.differences.push(Difference::Key { key, folded, found: row });
                }
            }
        }
        scratch.drop().await?;
        Ok(true)
    }

    /// The rows of those keys whose rows can be told apart.
    async fn rows(
        &self,
        keys: Vec<ProjectionKey>,
    ) -> Result<Vec<(ProjectionKey, Value)>, StoreError> {
        let mut found = Vec::new();
        let mut rows = self.kept.rows(self.id).await?;
        for key in keys {
            match self.projection.rows_of(&key, rows.db()).await {
                Ok(Some(row)) => found.push((key, row)),
                Ok(None) => {}
                Err(error) => {
                    let error = not_for_a_moment(self.kept, error)?;
                    let row = Value::String(error.chain());
                    found.push((key, row));
                    break;
                }
            }
        }
        rows.rollback().await?;
        Ok(found)
    }

    async fn checkpoints_now(&self) -> Result<Option<HashMap<Slot, Position>>, StoreError> {
        let versions = self.kept.versions(Some(&self.id.name)).await?;
        Ok(versions.iter().find(|version| version.id == *self.id).map(checkpoints))
    }

    async fn is_parked(&self, key: &ProjectionKey) -> Result<bool, StoreError> {
        let parked = self.kept.parked(self.id, key, Position::START, 1).await?;
        Ok(!parked.is_empty())
    }
}

fn checkpoints(version: &VersionStatus) -> HashMap<Slot, Position> {
    version.slots.iter().map(|slot| (slot.slot, slot.checkpoint)).collect()
}
