//! Events that other releases of the service read, and this one cannot.

use std::collections::BTreeSet;

use tracing::warn;

use super::batch::is_tried_again;
use super::consumer::Consumer;
use super::lease::Lease;
use super::run_loop::Runner;
use super::sink::Sink;
use super::slots::Caps;
use super::transient_retry::TransientFailure;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::recorded::RecordedEvent;
use crate::read::projection::unreadable::is_unreadable;
use crate::read::projection::{Claim, ProjectError, ProjectionStore};
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// The most keys that wait for a newer node, or for another system. If there are more, it is not a
/// few events that fail, and the node waits.
const MOST_KEYS: usize = 1000;

/// The kinds of events that this node has met and cannot read, and where it has to stop for them.
///
/// ```text
/// this node   … mail-sent v1 ✓   mail-sent v2: parked, no try counted; says so with its heartbeat
/// the store                                    shares its slots among those who have met less
/// newer node                                   claims the slot, reads mail-sent v2 ✓
/// ```
#[derive(Debug, Default)]
pub(super) struct TooOld {
    kinds: BTreeSet<(EventName, SchemaVersion)>,
    /// The positions of events whose key cannot be told, or that would be too many to park: a slot
    /// that has not come past one stays before it, until a newer node takes the slot.
    walls: BTreeSet<Position>,
}

impl TooOld {
    /// The node cannot read this event. Tells of each kind once.
    pub(super) fn met<P: ProjectionStore>(
        &mut self,
        event: &RecordedEvent,
        error: &ProjectError,
        lease: &Lease<P>,
    ) {
        let (name, version) = (event.event.name.clone(), event.event.version);
        if self.kinds.insert((name.clone(), version)) {
            let (position, error) = (event.position, error.chain());
            warn!(
                target: "es", projection = %lease.id(), event = %name, %version, %position, error,
                "this release is too old to read an event, which waits for a newer one"
            );
            lease.set_unreadable(self.kinds.len(), self.text());
        }
    }

    /// Keeps all slots of this node before that event.
    pub(super) fn stop_before(&mut self, position: Position) {
        self.walls.insert(position);
    }

    /// The kinds that the node need not try again.
    pub(super) fn kinds(&self) -> Vec<(EventName, SchemaVersion)> {
        self.kinds.iter().cloned().collect()
    }

    /// Lowers `caps` to before the next event that the node has to stop for. Returns true if there
    /// is one.
    pub(super) fn limit<'a>(&self, caps: &mut Caps, held: impl Iterator<Item = &'a Claim>) -> bool {
        let mut is_limited = false;
        for claim in held {
            let mut ahead = self.walls.range(Position(claim.checkpoint.0.saturating_add(1))..);
            if let Some(wall) = ahead.next() {
                caps.lower(claim.slot, Position(wall.0 - 1));
                is_limited = true;
            }
        }
        is_limited
    }

    fn text(&self) -> String {
        let kinds = self.kinds.iter().map(|(name, version)| format!("`{name}` v{version}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        format!(
            "this release is too old to read {kinds}: it leaves its slots to newer nodes; deploy the \
             release that reads it on all of them"
        )
    }
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// Notes that this node is too old for an event, if that is what it failed with.
    pub(super) fn is_too_old_for(&mut self, event: &RecordedEvent, error: &ProjectError) -> bool {
        let is_too_old = is_unreadable(error);
        if is_too_old {
            self.too_old.met(event, error, &self.lease);
        }
        is_too_old
    }

    /// Checks that an event that failed may be parked, beside `more` keys of this batch. If so much
    /// waits for the same reason already, the node stops before the event.
    pub(super) fn may_wait(
        &mut self,
        event: &RecordedEvent,
        error: &ProjectError,
        more: usize,
    ) -> Result<(), TransientFailure> {
        let is_full = self.waiting.len() + more >= MOST_KEYS;
        if self.is_too_old_for(event, error) {
            if !is_full {
                return Ok(());
            }
            self.too_old.stop_before(event.position);
            return Err(TransientFailure::TooOld);
        }
        // Another system is away, and not for one key: nothing else is worth a try.
        if is_full && is_tried_again(error, u32::MAX, self.on_failure()) {
            return Err(TransientFailure::Handler(ProjectError::unavailable(error.chain())));
        }
        Ok(())
    }
}
