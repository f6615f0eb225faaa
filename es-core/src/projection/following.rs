//! What the parts of one process that have to do with the same projection tell one another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::ProjectionName;
use crate::checkpoint::Checkpoint;

/// All projections that this process runs, waits for or looks after.
#[derive(Debug, Default)]
pub(crate) struct Followed(Mutex<HashMap<ProjectionName, Arc<Following>>>);

/// One of them.
#[derive(Debug, Default)]
pub(crate) struct Following {
    /// Changes when this process has committed a batch.
    pub(crate) committed: watch::Sender<()>,
    /// Changes when this process has been asked to look after what is set aside, or to go on.
    pub(crate) asked: watch::Sender<()>,
    /// The furthest that was seen to be visible.
    pub(crate) visible: watch::Sender<Option<Checkpoint>>,
    /// Held by the one who asks the store, on behalf of all that wait.
    pub(crate) asking: tokio::sync::Mutex<()>,
}

impl Followed {
    pub(crate) fn of(&self, name: &ProjectionName) -> Arc<Following> {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(followed.entry(name.clone()).or_default())
    }
}
