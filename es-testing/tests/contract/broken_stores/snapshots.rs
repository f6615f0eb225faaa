//! Stores whose snapshots are not what was kept, or not what was asked for.

use es_core::{Fingerprint, Position, Snapshot, UnusableSnapshot, Version};
use es_testing::contract::snapshots;

use super::broken::Broken;
use super::check;
use super::faults::stream;
use super::writing::finds;

finds! {
    a_tail_that_begins_too_late: snapshots::a_snapshot_is_answered_with_the_events_after_it,
    "the events after version 6", {
        snapshot_page: |page| if page.snapshot.is_some() && !page.events.is_empty() {
            page.events.remove(0);
        }
    }
    a_tail_without_its_limit: snapshots::a_snapshot_is_answered_with_the_events_after_it,
    "the first events, to the limit", {
        limit: |limit| if limit == 3 { 4 } else { limit }
    }
    a_state_whose_blanks_are_gone: snapshots::a_snapshot_comes_back_as_it_was_kept,
    "the snapshot comes back as it was kept", {
        snapshot: |mut snapshot| {
            snapshot.state.retain(|character| character != ' ');
            snapshot
        }
    }
    snapshots_of_all_streams_in_one: snapshots::only_the_snapshot_that_was_asked_for_is_answered,
    "another stream has its own snapshots", {
        stream: |id| stream("one", id)
    }
    a_shape_that_is_ignored: snapshots::only_the_snapshot_that_was_asked_for_is_answered,
    "a snapshot of another shape is not answered", {
        snapshot: |mut snapshot| {
            snapshot.shape = Fingerprint(1);
            snapshot
        }
    }
    a_bound_that_is_ignored: snapshots::only_the_snapshot_that_was_asked_for_is_answered,
    "a snapshot of a later version is not answered", {
        at_most: |_| Version::MAX
    }
    an_older_snapshot_in_place_of_the_newest: snapshots::the_newest_snapshot_is_answered,
    "the newest of all", {
        at_most: |version| Version(version.0.min(7))
    }
    a_snapshot_of_another_history: snapshots::a_snapshot_of_another_history_is_not_answered,
    "does not stand at", {
        snapshot: |mut snapshot| {
            snapshot.version = Version(6);
            snapshot.position = Position(9);
            snapshot
        }
    }
    a_snapshot_from_ahead: snapshots::a_snapshot_from_ahead_is_never_believed,
    "before the stream had come to it", {
        snapshot_page: |page| if page.unusable == Some(UnusableSnapshot::OtherHistory) {
            let last = page.events.first().expect("the stream has events").position;
            let ahead = Snapshot::new(Fingerprint(1), Version(11), last, "{}".to_owned());
            page.snapshot = Some(ahead);
        }
    }
    snapshots_that_are_never_dropped: snapshots::so_many_snapshots_are_kept,
    "the third newest is gone", {
        keep: |_| u32::MAX
    }
    the_first_snapshot_of_a_version_that_stays:
    snapshots::a_snapshot_replaces_that_of_its_version, "the later one is answered", {
        snapshot_page: |page| if let Some(found) = &mut page.snapshot {
            found.state = "\"damaged\"".to_owned();
        }
    }
}
