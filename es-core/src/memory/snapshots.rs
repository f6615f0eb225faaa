//! The snapshots of the store in memory.

use super::events::Events;
use crate::event::name::EventId;
use crate::event::recorded::RecordedEvent;
use crate::store::cursor::Cursor;
use crate::store::snapshot::{Fingerprint, Snapshot, UnusableSnapshot};
use crate::stream::{StreamId, Version};

/// A snapshot, and the event that it ends with; none if the stream had no such event when it was kept.
#[derive(Debug)]
pub(super) struct Kept {
    snapshot: Snapshot,
    event: Option<EventId>,
}

impl Events {
    /// Stores a snapshot in place of one of the same shape and version, and keeps the newest `keep` ones.
    pub(super) fn save_snapshot(&mut self, stream: &StreamId, snapshot: Snapshot, keep: u32) {
        let event = self.ends_with(stream, &snapshot);
        let kept = self.snapshots.entry(stream.clone()).or_default();
        kept.retain(|old| {
            (old.snapshot.shape, old.snapshot.version) != (snapshot.shape, snapshot.version)
        });
        let place = kept.partition_point(|old| old.snapshot.version <= snapshot.version);
        kept.insert(place, Kept { snapshot, event });
        let surplus = kept.len().saturating_sub(keep as usize);
        kept.drain(..surplus);
    }

    /// The newest snapshot that will do; if there are some and none will, what is wrong with the
    /// newest.
    pub(super) fn newest_snapshot(
        &self,
        stream: &StreamId,
        shape: Fingerprint,
        at_most: Version,
    ) -> (Option<Snapshot>, Option<UnusableSnapshot>) {
        let mut unusable = None;
        let snapshots = self.snapshots.get(stream).into_iter().flatten().rev();
        for kept in snapshots.filter(|kept| kept.snapshot.version <= at_most) {
            match self.why_unusable(stream, kept, shape) {
                None => return (Some(kept.snapshot.clone()), None),
                Some(why) => unusable = unusable.or(Some(why)),
            }
        }
        (None, unusable)
    }

    fn why_unusable(
        &self,
        stream: &StreamId,
        kept: &Kept,
        shape: Fingerprint,
    ) -> Option<UnusableSnapshot> {
        let last = self.ends_with(stream, &kept.snapshot);
        if kept.snapshot.shape != shape {
            Some(UnusableSnapshot::OtherShape)
        } else if last.is_none() || last != kept.event {
            Some(UnusableSnapshot::OtherHistory)
        } else {
            None
        }
    }

    /// The event that a snapshot ends with, if the stream has one at its version and position.
    pub(super) fn ends_with(&self, stream: &StreamId, snapshot: &Snapshot) -> Option<EventId> {
        let last = self.stream_page(stream, Cursor::Before(snapshot.version.plus(1)), 1);
        let is_here = |last: &RecordedEvent| {
            (last.version, last.position) == (snapshot.version, snapshot.position)
        };
        last.into_iter().find(is_here).map(|last| last.id)
    }
}
