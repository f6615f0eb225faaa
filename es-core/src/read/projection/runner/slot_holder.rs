//! Slots of this node: the right to them, and what is known of them.

use std::sync::Arc;

use tokio::sync::watch;
use tracing::{debug, error, warn};

use super::blocked_keys::WaitingKeys;
use super::consumer::Handed;
use super::draft::Draft;
use super::lease::{Lease, News};
use super::phase::{Input, Phase};
use super::rebalance::{Rebalance, rebalance};
use super::slots::Slots;
use super::transient_retry::TransientFailure;
use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::administration;
use crate::read::projection::signals::Following;
use crate::read::projection::{
    Claims, Ended, HeartbeatReply, Held, ProjectionKey, ProjectionStore, Slot, SlotProgress,
    VersionQuery, VersionState, VersionStatus,
};
use crate::store::checkpoint::Incarnation;
use crate::store::error::StoreError;
use crate::stream::Position;

/// The warning that is told once of a process whose version has no place.
pub(super) const RETIRED: &str = "another version serves: this one is run as retired and handles nothing \
                                  until it is reinstated";

/// The slots that this node holds of a version, with the keys in them that wait, and the phase of the
/// version: all that the store tells a node, and all that its commits change.
#[derive(Debug)]
pub(super) struct SlotHolder<P> {
    kept: P,
    lease: Arc<Lease<P>>,
    news: watch::Receiver<Option<News>>,
    incarnation: Incarnation,
    /// The position up to which the log was complete when the version was registered.
    log_end: Position,
    /// The names of the events that the version is owed: those that this release reads, and those that
    /// other releases read.
    owed: Vec<EventName>,
    slots: Slots,
    keys: WaitingKeys,
    phase: Phase,
    signals: Signals,
    /// True if the node has to ask the store again which slots it holds.
    must_ask: bool,
}

/// The signals of a node to other tasks of its process.
#[derive(Debug)]
pub(super) struct Signals {
    /// The state of the version, for the service.
    pub(super) shown: watch::Sender<VersionState>,
    /// The slots of this run, for whoever works through what its handlers find. Closed when the run ends.
    pub(super) held: watch::Sender<Held>,
    /// The signals of the projection, for those who wait for it.
    pub(super) following: Arc<Following>,
}

impl<P: ProjectionStore> SlotHolder<P> {
    /// A node without slots. It asks for some in its first turn.
    pub(super) fn new(
        kept: P,
        lease: Arc<Lease<P>>,
        incarnation: Incarnation,
        owed: Vec<EventName>,
        signals: Signals,
    ) -> Self {
        let phase = Phase::of(*signals.shown.borrow());
        Self {
            kept,
            news: lease.news(),
            lease,
            incarnation,
            log_end: Position::START,
            owed,
            slots: Slots::none(),
            keys: WaitingKeys::default(),
            phase,
            signals,
            must_ask: true,
        }
    }

    pub(super) fn lease(&self) -> &Lease<P> {
        &self.lease
    }

    pub(super) fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    pub(super) fn log_end(&self) -> Position {
        self.log_end
    }

    pub(super) fn owed(&self) -> &[EventName] {
        &self.owed
    }

    pub(super) fn slots(&self) -> &Slots {
        &self.slots
    }

    pub(super) fn keys(&self) -> &WaitingKeys {
        &self.keys
    }

    pub(super) fn keys_mut(&mut self) -> &mut WaitingKeys {
        &mut self.keys
    }

    pub(super) fn phase(&self) -> &Phase {
        &self.phase
    }

    /// True if the version must not go on, and the store has yet to be told.
    pub(super) fn is_stopping(&self) -> bool {
        matches!(self.phase, Phase::Stopping { .. })
    }

    pub(super) fn state(&self) -> VersionState {
        self.phase.state()
    }

    /// Returns the event in the form that its handler takes.
    pub(super) fn handed(&self, slot: Slot, key: ProjectionKey, event: RecordedEvent) -> Handed {
        let serves = self.state() == VersionState::Serving;
        let is_new = |after: Position| event.position > after;
        let claim = self.slots.get(slot);
        let with_effects = serves && claim.is_some_and(|claim| is_new(claim.effects_after));
        Handed { key, event, with_effects }
    }

    /// True if something else comes before the next batch.
    pub(super) fn has_other_work(&self) -> bool {
        self.must_ask
            || matches!(self.phase, Phase::Stopping { .. })
            || self.slots.len() == 0
            || self.keys.has_due()
            || self.news.has_changed().unwrap_or(true)
    }

    /// Returns when the store has told something since the last turn.
    pub(super) async fn told(&mut self) {
        // The sender lives in `lease`, which this node holds.
        let _ = self.news.changed().await;
        self.news.mark_changed();
    }

    /// Has the next turn ask the store which slots the node holds.
    pub(super) fn ask(&mut self) {
        self.must_ask = true;
    }

    /// Records progress that the store does not know.
    pub(super) fn pass(&mut self, passed: &[SlotProgress]) {
        self.slots.pass(passed);
    }

    /// Takes over what follows from a batch that was committed, with the progress of these slots.
    pub(super) fn apply(&mut self, slots: &[SlotProgress], draft: Draft) {
        let Draft { passed, handled, blocked, freed, retries, stop, .. } = draft;
        self.slots.advance(slots);
        self.slots.pass(&passed);
        self.keys.block(blocked);
        for key in freed {
            self.keys.free(&key);
        }
        for delay in retries {
            self.keys.retry_in(delay);
        }
        self.lease.count(handled);
        if let Some(why) = stop {
            self.on(Input::MustStop(why));
        }
        self.stop_if_too_many();
        let come = self.slots.held().map(|claim| claim.checkpoint).min();
        self.signals.following.committed.send_replace(come.unwrap_or_default());
    }

    /// Enters the phase that follows from an input.
    pub(super) fn on(&mut self, input: Input) {
        let phase = std::mem::replace(&mut self.phase, Phase::Retired);
        self.phase = phase.after(input);
    }

    /// Requests a stop of the version if so many keys wait that the projection is at fault, and not
    /// some events.
    fn stop_if_too_many(&mut self) {
        if self.keys.are_too_many() {
            let most = WaitingKeys::MOST;
            self.on(Input::MustStop(format!(
                "more than {most} keys wait for an event that failed: mend the projection, resume it, and \
                 replay them, or rebuild it"
            )));
        }
    }

    /// Stops the version on all nodes, if it must not go on.
    pub(super) async fn stop_version(&mut self) -> Result<(), TransientFailure> {
        if let Phase::Stopping { why, .. } = &self.phase {
            self.kept.stop(self.lease.id(), Some(why)).await?;
            error!(target: "es", projection = %self.lease.id(), why, "the projection stops");
            self.on(Input::StopNoted);
            self.must_ask = true;
        }
        Ok(())
    }

    /// Acts on the reply to the last heartbeat, between two batches.
    pub(super) async fn hold_share(&mut self) -> Result<Option<Ended>, TransientFailure> {
        if self.must_ask {
            if let Err(error) = self.lease.heartbeat().await {
                let was_dropped = self.was_dropped().await?;
                return if was_dropped { Ok(Some(Ended::Retired)) } else { Err(error.into()) };
            }
            self.must_ask = false;
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
            self.keys.look_now();
        }
        match reply.state {
            // What was begun in another state is refused, and a claim tells whose effects were had.
            state if state != self.state() => {
                debug!(target: "es", projection = %self.lease.id(), ?state, "the version has changed");
                self.lease.release(&self.slots.numbers()).await?;
                self.forget();
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

    fn enter(&mut self, state: VersionState) {
        if state == VersionState::Retired {
            warn!(target: "es", projection = %self.lease.id(), "{RETIRED}");
        }
        self.on(Input::Told(state));
        self.signals.shown.send_replace(state);
    }

    /// True if it was retired, and is not there any more.
    async fn was_dropped(&self) -> Result<bool, TransientFailure> {
        Ok(self.state() == VersionState::Retired && self.version().await?.is_none())
    }

    /// The version as the store has it, if it is there.
    async fn version(&self) -> Result<Option<VersionStatus>, StoreError> {
        let id = self.lease.id();
        administration::among(&self.kept, VersionQuery::Named(&id.name), id).await
    }

    /// True if the version is still built, by the word of the store, and all of its slots have come to
    /// `goal`. Another node may have stopped it, or promoted it.
    pub(super) async fn have_all_reached(&self, goal: Position) -> Result<bool, TransientFailure> {
        let built = self.version().await?;
        let built = built.filter(|version| version.state == VersionState::Building);
        Ok(built.is_some_and(|version| version.position() >= goal))
    }

    /// The position up to which each slot of a version with effects may be built; `None` for the version that
    /// is read.
    pub(super) async fn limits(&self) -> Result<Option<Vec<(Slot, Position)>>, StoreError> {
        self.kept.limits(self.lease.id()).await
    }

    /// True if the node still holds these slots, in the state that it knows. If not, it forgets all of them.
    pub(super) async fn still_holds(
        &mut self,
        slots: &[SlotProgress],
    ) -> Result<bool, TransientFailure> {
        let reply = self.lease.heartbeat().await?;
        let is_held = |slot: &SlotProgress| reply.held.contains(&(slot.slot, slot.epoch));
        let holds = reply.state == self.state() && slots.iter().all(is_held);
        if !holds {
            self.forget();
        }
        Ok(holds)
    }

    /// Tells the others of this process which slots it holds, and whether some were lost just now.
    fn tell_held(&self, are_lost: bool) {
        let slots = self.slots.numbers();
        self.signals.held.send_modify(|held| {
            held.slots = slots;
            held.losses += u64::from(are_lost);
        });
    }

    /// Forgets all slots; the next heartbeat tells which ones the node holds.
    pub(super) fn forget(&mut self) {
        self.slots = Slots::none();
        self.tell_held(true);
        self.keys.clear();
        self.must_ask = true;
        self.lease.changed();
    }

    async fn adjust(&mut self, reply: &HeartbeatReply) -> Result<(), TransientFailure> {
        let Rebalance { lost, orphans, surplus, lacking } = rebalance(&self.slots, reply);
        self.drop_slots(&lost);
        self.lease.release(&orphans).await?;
        self.lease.release(&surplus).await?;
        self.drop_slots(&surplus);
        if lacking > 0 {
            self.claim(lacking).await?;
        }
        Ok(())
    }

    async fn claim(&mut self, at_most: usize) -> Result<(), TransientFailure> {
        // Until it is known what waits in them, they are not the node's.
        self.must_ask = true;
        let Claims { slots: claims, blocked } = self.lease.claim(at_most).await?;
        if !claims.is_empty() {
            self.learn_what_is_owed().await?;
            if !blocked.is_empty() {
                self.keys.look_now();
            }
            self.keys.block(blocked);
            for claim in claims {
                self.slots.take(claim);
            }
            self.tell_held(false);
            debug!(target: "es", projection = %self.lease.id(), slots = self.slots.len(), "slots claimed");
        }
        self.must_ask = false;
        self.stop_if_too_many();
        Ok(())
    }

    /// Learns which events the version is owed, after slots were claimed: a release that reads more
    /// takes the slots from all nodes when it is registered, so that none of them skips events that
    /// it was not told of.
    async fn learn_what_is_owed(&mut self) -> Result<(), TransientFailure> {
        if let Some(version) = administration::known(&self.kept, self.lease.id()).await? {
            self.owed = version.types;
        }
        Ok(())
    }

    fn drop_slots(&mut self, slots: &[Slot]) {
        if slots.is_empty() {
            return;
        }
        for slot in slots {
            self.slots.drop(*slot);
        }
        self.tell_held(true);
        self.keys.forget(slots);
    }
}
