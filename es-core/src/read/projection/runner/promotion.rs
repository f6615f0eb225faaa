//! A version that was built takes the place of the one that serves.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tracing::info;

use super::batch::panicked;
use super::consumer::Consumer;
use super::lease::chain;
use super::run_loop::{Runner, Turn};
use super::sink::Sink;
use super::transient_retry::TransientFailure;
use crate::read::projection::rebuild::Verified;
use crate::read::projection::{ProjectionStore, Swap, VersionState};
use crate::store::error::StoreErrorKind;
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The error that a node reports if it has caught up and may not swap because of parked effects.
const WAITS: &str = "it is built, and the version that serves has parked events whose effects were not \
                     had: replay or drop them there";

/// Returns the error that a node reports if it may not swap because other objects would go on
/// reading the other version.
fn depended_on(dependents: &[String]) -> String {
    format!(
        "it is built, and the rows of the version that serves are depended on by {}: drop that and make it \
         again when this version serves, or make it a part of the projection; then it takes over by itself",
        dependents.join(", ")
    )
}

/// Waits before another look at the other nodes: while a version is built, they and the version
/// that serves advance without a notification; and a retired version may be dropped.
pub(super) async fn others_come_on(state: VersionState) {
    match state {
        VersionState::Building => tokio::time::sleep(Duration::from_millis(100)).await,
        VersionState::Retired => tokio::time::sleep(Duration::from_secs(5)).await,
        VersionState::Serving | VersionState::Stopped => std::future::pending().await,
    }
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Decides what to do when everything up to `safe` is done in the slots of this node.
    ///
    /// Where the log ended when this node first came there is how far all of them have to come: a goal
    /// that moved with the log would not be reached by several nodes at once.
    /// The node rests until the log has grown beyond `seen`.
    pub(super) async fn has_caught_up(
        &mut self,
        safe: Position,
        seen: Option<Position>,
    ) -> Result<Turn, TransientFailure> {
        let idle = Ok(Turn::Idle { safe: seen });
        if self.state != VersionState::Building {
            return idle;
        }
        let goal = *self.goal.get_or_insert(safe);
        let id = self.lease.id();
        let versions = self.kept.versions(Some(&id.name)).await?;
        let built = versions.iter().find(|version| version.id == *id);
        // Another node may have stopped it, or swapped.
        let reached = built.filter(|version| version.state == VersionState::Building);
        if reached.is_none_or(|version| version.position() < goal) {
            return idle;
        }
        if !self.is_verified && !Box::pin(self.verify()).await? {
            return Ok(if self.to_stop.is_some() {
                Turn::Again
            } else {
                Turn::Idle { safe: seen }
            });
        }
        match self.kept.swap(self.lease.id()).await? {
            Swap::Done => {
                self.goal = None;
                self.is_verified = false;
                self.lease.set_error(None);
                self.must_beat = true;
                info!(target: "es", projection = %self.lease.id(), "the version serves");
                Ok(Turn::Again)
            }
            // The version that served has stopped, so this one comes as far with the next pages.
            Swap::NotYet => idle,
            Swap::Waits => {
                self.lease.set_error(Some(WAITS.to_owned()));
                idle
            }
            Swap::HasDependents(dependents) => {
                self.lease.set_error(Some(depended_on(&dependents)));
                idle
            }
        }
    }

    /// Looks at the rows before they serve. If they are wrong the version is to be stopped.
    async fn verify(&mut self) -> Result<bool, TransientFailure> {
        let keys = self.options.sampled_keys();
        let verified = self.sink.verify(&self.consumer, &self.log, &self.kept, keys);
        let verification = match AssertUnwindSafe(verified).catch_unwind().await {
            Ok(Ok(Verified::Done(verification))) => verification,
            Ok(Ok(Verified::NotYet)) => return Ok(false),
            // A handler has broken what it was folded separately in: it does so each time.
            Ok(Err(error)) if error.kind() == StoreErrorKind::Unsupported => {
                self.to_stop = Some(chain(&error));
                return Ok(false);
            }
            Ok(Err(error)) => return Err(error.into()),
            Err(panic) => {
                self.to_stop = Some(panicked("check of the rebuilt rows", &*panic).chain());
                return Ok(false);
            }
        };
        let (right, id) = (verification.is_right(), self.lease.id());
        if right {
            let (rows_before, rows) = (&verification.rows_before, &verification.rows);
            let (keys, left_out) = (verification.keys, verification.left_out);
            info!(target: "es", projection = %id, keys, left_out, ?rows_before, ?rows, "the rows are right");
        } else {
            self.to_stop = Some(verification.reason());
        }
        self.is_verified = right;
        Ok(right)
    }
}
