//! Rebalance: a node holds its share of the slots, no more and no less.

use tracing::{debug, warn};

use super::blocked_keys::WaitingKeys;
use super::consumer::Consumer;
use super::lease::News;
use super::run_loop::Runner;
use super::sink::Sink;
use super::transient_retry::TransientFailure;
use crate::read::projection::{
    Claims, Ended, HeartbeatReply, ProjectionStore, Release, Slot, VersionState,
};
use crate::store::event_store::EventStore;

/// The warning that is told once of a process whose version has no place.
pub(super) const RETIRED: &str = "another version serves: this one is run as retired and handles nothing \
                                  until it is reinstated";

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Acts on the reply to the last heartbeat, between two batches.
    pub(super) async fn hold_share(&mut self) -> Result<Option<Ended>, TransientFailure> {
        if self.must_beat {
            if let Err(error) = self.lease.heartbeat().await {
                let was_dropped = self.was_dropped().await?;
                return if was_dropped { Ok(Some(Ended::Retired)) } else { Err(error.into()) };
            }
            self.must_beat = false;
        }
        if !self.news.has_changed().unwrap_or(false) {
            return Ok(None);
        }
        let Some(News { reply, generation }) = self.news.borrow_and_update().clone() else {
            return Ok(None);
        };
        if reply.incarnation != self.incarnation {
            let (known, actual) = (reply.incarnation, self.incarnation);
            return Ok(Some(Ended::OtherLog { known, actual }));
        }
        self.log_end = reply.log_end;
        if reply.is_due {
            self.waiting.look_now();
        }
        match reply.state {
            // What was begun in another state is refused, and a claim tells whose effects were had.
            state if state != self.state => {
                debug!(target: "es", projection = %self.lease.id(), ?state, "the version has changed");
                self.let_go(&self.slots.numbers()).await?;
                self.forget_slots();
                self.enter(state);
            }
            VersionState::Stopped | VersionState::Retired => {}
            VersionState::Building | VersionState::Serving => {
                if generation == self.lease.generation() {
                    self.adjust(&reply).await?;
                }
            }
        }
        Ok(None)
    }

    /// The version does something else from here on.
    fn enter(&mut self, state: VersionState) {
        if state == VersionState::Retired {
            warn!(target: "es", projection = %self.lease.id(), "{RETIRED}");
        }
        self.state = state;
        self.goal = None;
        self.is_verified = false;
        self.shown.send_replace(state);
    }

    /// True if it was retired, and is not there any more.
    async fn was_dropped(&self) -> Result<bool, TransientFailure> {
        if self.state != VersionState::Retired {
            return Ok(false);
        }
        let id = self.lease.id();
        let versions = self.kept.versions(Some(&id.name)).await?;
        Ok(versions.iter().all(|version| version.id != *id))
    }

    /// Forgets all slots; the next heartbeat tells which ones the node holds.
    pub(super) fn forget_slots(&mut self) {
        self.slots = super::slots::Slots::none();
        self.waiting.clear();
        self.ahead = None;
        self.must_beat = true;
        self.lease.changed();
    }

    async fn adjust(&mut self, reply: &HeartbeatReply) -> Result<(), TransientFailure> {
        let lost = self.slots.lost(&reply.held);
        self.drop_slots(&lost);
        // Of these the answer to the claim was lost, or a commit was in doubt.
        let told = reply.held.iter().map(|(slot, _)| *slot);
        let orphans: Vec<_> = told.filter(|slot| self.slots.get(*slot).is_none()).collect();
        self.let_go(&orphans).await?;

        let (share, held) = (reply.share(), self.slots.len());
        if held > share {
            let surplus = self.slots.numbers().split_off(share);
            self.let_go(&surplus).await?;
            self.drop_slots(&surplus);
        } else if held < share && (reply.free > 0 || !orphans.is_empty()) {
            self.claim(share - held).await?;
        }
        Ok(())
    }

    async fn claim(&mut self, at_most: usize) -> Result<(), TransientFailure> {
        self.lease.changed();
        // Until it is known what waits in them, they are not the node's.
        self.must_beat = true;
        let claims = self.kept.claim(self.lease.holder(), at_most).await?;
        self.lease.changed();
        let Claims { slots: claims, blocked } = claims;
        if !claims.is_empty() {
            self.learn_what_is_owed().await?;
            if !blocked.is_empty() {
                self.waiting.look_now();
            }
            self.waiting.block(blocked);
            for claim in claims {
                self.slots.take(claim);
            }
            debug!(target: "es", projection = %self.lease.id(), slots = self.slots.len(), "slots claimed");
        }
        self.must_beat = false;
        self.stop_if_too_many();
        Ok(())
    }

    /// Learns which events the version is owed, after slots were claimed: a release that reads more
    /// takes the slots from all nodes when it is registered, so that none of them skips events that
    /// it was not told of.
    async fn learn_what_is_owed(&mut self) -> Result<(), TransientFailure> {
        let id = self.lease.id();
        let versions = self.kept.versions(Some(&id.name)).await?;
        let Some(version) = versions.into_iter().find(|version| version.id == *id) else {
            return Ok(());
        };
        if self.selection.types() != version.types {
            self.selection = self.consumer.selection().clone().with_types(version.types);
            self.ahead = None;
        }
        Ok(())
    }

    async fn let_go(&self, slots: &[Slot]) -> Result<(), TransientFailure> {
        if !slots.is_empty() {
            self.lease.changed();
            self.kept.release(self.lease.holder(), Release::Slots(slots)).await?;
            self.lease.changed();
        }
        Ok(())
    }

    fn drop_slots(&mut self, slots: &[Slot]) {
        for slot in slots {
            self.slots.drop(*slot);
        }
        self.waiting.forget(slots);
    }

    /// Requests a stop of the version if so many keys wait that the projection is at fault, and not
    /// some events.
    pub(super) fn stop_if_too_many(&mut self) {
        if self.waiting.are_too_many() {
            let most = WaitingKeys::MOST;
            self.to_stop = Some(format!(
                "more than {most} keys wait for an event that failed: mend the projection, resume it, and \
                 replay them, or rebuild it"
            ));
        }
    }

    /// Stops the version on all nodes.
    pub(super) async fn stop_version(&mut self, why: &str) -> Result<(), TransientFailure> {
        self.kept.stop(self.lease.id(), Some(why)).await?;
        tracing::error!(target: "es", projection = %self.lease.id(), why, "the projection stops");
        self.to_stop = None;
        self.must_beat = true;
        Ok(())
    }
}
