//! Rebuild of rows in place.

use std::collections::HashMap;

use futures_util::future::join;

use super::error::RebuildError;
use super::progress::{Meter, RebuildProgress, Rebuilt};
use crate::event::recorded::RecordedEvent;
use crate::read::projection::administration;
use crate::read::projection::dispatch::{self, Effects};
use crate::read::projection::replay::{Replay, key_of, readable};
use crate::read::projection::{
    Epoch, Progress, ProjectionBatch, ProjectionId, ProjectionStore, Projects, ReadModel,
    Registration, Slot, SlotProgress, VersionQuery, VersionState, VersionStatus,
};
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;

/// Empties the rows and folds the log anew, in one batch.
///
/// Without effects it goes up to the end of the log. With effects each slot is rebuilt up to its
/// checkpoint, and not further: the effects of later events are still to come, when the projection
/// is run.
pub(in crate::read::projection) async fn rebuild_in_place<S, K, X>(
    store: &S,
    kept: &K,
    projection: &X,
    registration: &Registration,
    mut tell: impl FnMut(&RebuildProgress) + Send,
) -> Result<Rebuilt, RebuildError>
where
    S: EventStore,
    K: ProjectionStore,
    X: ReadModel<K::Db>,
{
    let id = &registration.id;
    kept.register(registration).await?;
    prepare(kept, projection, id).await?;
    let mut batch = kept.rebuild(id).await?;
    // Looked up once the batch has taken the slots.
    let status = status_of(kept, id).await?;
    let reach = Reach::of::<X>(&status)?;
    projection.reset(batch.db()).await.map_err(RebuildError::reset)?;

    let mut meter = Meter::start();
    let mut end = Position::START;
    if let Some(selection) = readable::<X::Event>(Selection::log())? {
        let mut replay = Replay::of_log(store, selection, reach.furthest);
        let mut page = replay.next().await?;
        end = replay.end().unwrap_or_default();
        while let Some(mut events) = page {
            let through = replay.through();
            events.retain(|event| reach.has::<X>(event));
            // The next page is read while this one is handled.
            let (handled, next) =
                join(handle(projection, &events, &mut batch), replay.next()).await;
            handled?;
            page = next?;
            meter.events += events.len() as u64;
            tell(&meter.at(through, end));
        }
        if let Some(stream) = replay.transformed().await? {
            return Err(RebuildError::Transformed { stream });
        }
    }
    let progress = Progress { slots: reach.checkpoints(end), ..Progress::default() };
    let position = progress.slots.iter().map(|slot| slot.checkpoint).min().unwrap_or(end);
    batch.commit(progress).await?;
    Ok(Rebuilt { events: meter.events, position })
}

/// Makes the tables if they were never made.
async fn prepare<K: ProjectionStore, X: ReadModel<K::Db>>(
    kept: &K,
    projection: &X,
    id: &ProjectionId,
) -> Result<(), RebuildError> {
    if let Some(mut batch) = kept.prepare(id).await? {
        projection.create(batch.db()).await.map_err(RebuildError::reset)?;
        batch.commit(Progress::default()).await?;
    }
    Ok(())
}

async fn status_of<K: ProjectionStore>(
    kept: &K,
    id: &ProjectionId,
) -> Result<VersionStatus, RebuildError> {
    let status = administration::among(kept, VersionQuery::Named(&id.name), id).await?;
    let gone = || RebuildError::NotRead { id: id.clone(), state: VersionState::Retired };
    let status = status.ok_or_else(gone)?;
    match status.state {
        VersionState::Retired => Err(gone()),
        _ => Ok(status),
    }
}

/// The position up to which each slot is built.
struct Reach {
    furthest: Position,
    /// The checkpoint of each slot, if the projection has effects; `None` otherwise.
    slots: Option<HashMap<Slot, Position>>,
}

impl Reach {
    fn of<X: crate::Projection>(status: &VersionStatus) -> Result<Self, RebuildError> {
        if !X::HAS_EFFECTS {
            return Ok(Self { furthest: Position::MAX, slots: None });
        }
        if status.parked_events > 0 {
            let (id, events) = (status.id.clone(), status.parked_events);
            return Err(RebuildError::ParkedEffects { id, events });
        }
        let slots: HashMap<_, _> =
            status.slots.iter().map(|slot| (slot.slot, slot.checkpoint)).collect();
        let furthest = slots.values().max().copied().unwrap_or_default();
        Ok(Self { furthest, slots: Some(slots) })
    }

    fn has<X: crate::Projection>(&self, event: &RecordedEvent) -> bool {
        self.slots.as_ref().is_none_or(|slots| {
            let checkpoint = slots.get(&Slot::of(&key_of::<X>(event)));
            checkpoint.is_some_and(|checkpoint| event.position <= *checkpoint)
        })
    }

    /// Returns the checkpoints of the slots after the log was read to `end`.
    fn checkpoints(&self, end: Position) -> Vec<SlotProgress> {
        let done = |slot: Slot| {
            let old = |slots: &HashMap<_, _>| slots.get(&slot).copied();
            let checkpoint = self.slots.as_ref().and_then(old).unwrap_or(end);
            SlotProgress::new(slot, Epoch(0), checkpoint)
        };
        Slot::all().map(done).collect()
    }
}

async fn handle<B: ProjectionBatch, X: Projects<B::Db>>(
    projection: &X,
    events: &[RecordedEvent],
    batch: &mut B,
) -> Result<(), RebuildError> {
    if !X::IS_BULK {
        return Ok(dispatch::dispatch(projection, events, Effects::Skip, batch.db()).await?);
    }
    batch.savepoint().await?;
    if dispatch::dispatch(projection, events, Effects::Skip, batch.db()).await.is_err() {
        // One after another, to say which. If none of them fails alone, that is as well.
        batch.rollback_to().await?;
        dispatch::each(projection, events, Effects::Skip, batch.db()).await?;
    }
    Ok(())
}
