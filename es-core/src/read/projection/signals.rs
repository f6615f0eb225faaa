//! Signals between the tasks of one process that concern the same projection.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::ProjectionName;
use crate::store::checkpoint::Checkpoint;
use crate::stream::Position;

/// The projections that this process runs, waits for or administers.
#[derive(Debug, Default)]
pub(crate) struct Followed(Mutex<HashMap<ProjectionName, Arc<Following>>>);

/// The signals of one projection in this process.
#[derive(Debug, Default)]
pub(crate) struct Following {
    /// The position that this process has reached in all slots that it holds. Changes when it has
    /// committed a batch.
    pub(crate) committed: watch::Sender<Position>,
    /// Changes when this process has been asked to retry or drop parked events, or to go on.
    pub(crate) asked: watch::Sender<()>,
    /// The furthest that was seen to be visible.
    pub(crate) visible: watch::Sender<Option<Checkpoint>>,
    /// The lock of the task that asks the store, on behalf of all that wait.
    pub(crate) asking: tokio::sync::Mutex<()>,
    /// The positions that are waited for, and by how many.
    awaited: Mutex<BTreeMap<Position, usize>>,
}

/// A registered wait for a position, until this is dropped.
#[derive(Debug)]
pub(crate) struct Awaited<'a> {
    following: &'a Following,
    position: Position,
}

impl Following {
    /// Notes that somebody waits for `position`.
    pub(crate) fn await_position(&self, position: Position) -> Awaited<'_> {
        *self.awaited().entry(position).or_default() += 1;
        Awaited { following: self, position }
    }

    /// True if `position` is as far as somebody waits for.
    pub(crate) fn is_awaited(&self, position: Position) -> bool {
        self.awaited().first_key_value().is_some_and(|(least, _)| *least <= position)
    }

    fn awaited(&self) -> MutexGuard<'_, BTreeMap<Position, usize>> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        let mut awaited = self.following.awaited();
        if let Some(count) = awaited.get_mut(&self.position) {
            *count -= 1;
            if *count == 0 {
                awaited.remove(&self.position);
            }
        }
    }
}

impl Followed {
    pub(crate) fn of(&self, name: &ProjectionName) -> Arc<Following> {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(followed.entry(name.clone()).or_default())
    }
}
