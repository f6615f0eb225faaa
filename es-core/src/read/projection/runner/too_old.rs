//! Events that other releases of the service read, and this one cannot.

use std::collections::BTreeSet;

use tracing::warn;

use super::draft::is_tried_again;
use super::lease::Lease;
use super::slots::Caps;
use super::transient_retry::TransientFailure;
use crate::event::name::{EventName, SchemaVersion};
use crate::event::recorded::RecordedEvent;
use crate::read::projection::unreadable::is_unreadable;
use crate::read::projection::{Claim, OnFailure, ProjectError, ProjectionStore};
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
    fn met<P: ProjectionStore>(
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

    /// Notes that this node is too old for an event, if that is what it failed with.
    pub(super) fn is_so_for<P: ProjectionStore>(
        &mut self,
        event: &RecordedEvent,
        error: &ProjectError,
        lease: &Lease<P>,
    ) -> bool {
        let is_too_old = is_unreadable(error);
        if is_too_old {
            self.met(event, error, lease);
        }
        is_too_old
    }

    /// Checks that an event that failed may be parked, where `waiting` keys wait already. If so many wait for
    /// the same reason, the node stops before the event.
    pub(super) fn may_wait<P: ProjectionStore>(
        &mut self,
        event: &RecordedEvent,
        error: &ProjectError,
        lease: &Lease<P>,
        waiting: usize,
        policy: OnFailure,
    ) -> Result<(), TransientFailure> {
        let is_full = waiting >= MOST_KEYS;
        if self.is_so_for(event, error, lease) {
            if !is_full {
                return Ok(());
            }
            self.stop_before(event.position);
            return Err(TransientFailure::TooOld);
        }
        // Another system is away, and not for one key: nothing else is worth a try.
        if is_full && is_tried_again(error, u32::MAX, policy) {
            return Err(TransientFailure::Handler(ProjectError::unavailable(error.chain())));
        }
        Ok(())
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
