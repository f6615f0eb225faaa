//! A version that was built takes the place of the one that serves.

use std::time::Duration;

use super::consumer::Consumer;
use super::trouble::Hitch;
use super::turns::{Runner, Turn};
use crate::projection::{ProjectionStore, Swap, VersionState};
use crate::store::EventStore;
use crate::stream::Position;

/// While a version is built, the other nodes and the version that serves come on without a word.
pub(super) async fn others_come_on(state: VersionState) {
    if state == VersionState::Building {
        tokio::time::sleep(Duration::from_millis(100)).await;
    } else {
        std::future::pending::<()>().await;
    }
}

impl<S: EventStore, P: ProjectionStore, C: Consumer<P::Db>> Runner<S, P, C> {
    /// Everything up to `safe` is done in the slots of this node.
    ///
    /// Where the log ended when this node first came there is how far all of them have to come: a goal
    /// that moved with the log would not be reached by several nodes at once.
    pub(super) async fn has_caught_up(&mut self, safe: Position) -> Result<Turn, Hitch> {
        let idle = Ok(Turn::Idle { safe: Some(safe) });
        if self.state != VersionState::Building {
            return idle;
        }
        let goal = *self.goal.get_or_insert(safe);
        let id = self.lease.id();
        let versions = self.kept.versions(Some(&id.name)).await?;
        let reached = versions.iter().find(|version| version.id == *id);
        if reached.is_none_or(|version| version.position() < goal) {
            return idle;
        }
        // What has to be looked at before the rows serve is looked at here.
        match self.kept.swap(id).await? {
            Swap::Done => {
                self.goal = None;
                self.must_beat = true;
                tracing::info!(target: "es", projection = %self.lease.id(), "the version serves");
                Ok(Turn::Again)
            }
            // The version that served has stopped, so this one comes as far with the next pages.
            Swap::NotYet => idle,
        }
    }
}
