//! A snapshot comes back as it was kept, with the events after it, or not at all.
//!
//! A store may do without snapshots: it then answers with the events of the stream, every time.

use es_core::{
    Cursor, EventStore, Fingerprint, Position, Snapshot, SnapshotPage, StreamId, Version,
};

use super::subjects::{ALL, add, events, page, read, stream, versions};

const SHAPE: Fingerprint = Fingerprint(0xfedc_ba98_7654_3210);
const OTHER_SHAPE: Fingerprint = Fingerprint(7);

/// A page goes on where the snapshot ends, or from the beginning without one, up to the limit.
pub async fn a_snapshot_is_answered_with_the_events_after_it<S: EventStore>(store: &S) {
    let one = ten_events(store).await;

    let before = snapshot_page(store, &one, SHAPE, Version::MAX, 3).await;
    assert_eq!(before.snapshot, None, "nothing was kept so far");
    assert_eq!(versions(&before.events), [1, 2, 3], "the first events, to the limit");

    save(store, &one, SHAPE, 6, 2).await;
    for limit in [0, 2, ALL] {
        let found = snapshot_page(store, &one, SHAPE, Version::MAX, limit).await;
        let after = found.snapshot.as_ref().map_or(Version::NONE, |snapshot| snapshot.version);
        let tail = page(store, &one, Cursor::After(after), limit).await;
        assert_eq!(found.events, tail, "the events after version {after}, up to {limit}");
    }
}

/// Shape, version, position and state, to the byte.
pub async fn a_snapshot_comes_back_as_it_was_kept<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    let state = "{\"owner\": \"ä\\u0000\\n'\",  \"cents\":\t1.10, \"cents\": null}";
    let position = read(store, &one).await[5].position;
    let kept = Snapshot::new(SHAPE, Version(6), position, state.to_owned());

    let save = store.save_snapshot(&one, kept.clone(), 2).await;
    save.expect("a snapshot can be kept, or is not");

    let found = snapshot_page(store, &one, SHAPE, Version::MAX, 0).await.snapshot;
    assert!(found.is_none_or(|found| found == kept), "the snapshot comes back as it was kept");
}

/// A snapshot of another stream, another shape or a later version is not answered.
pub async fn only_the_snapshot_that_was_asked_for_is_answered<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    let other = stream("other");
    add(store, &other, events(10)).await;
    save(store, &one, SHAPE, 6, 2).await;
    save(store, &one, OTHER_SHAPE, 8, 2).await;

    let found = snapshot_page(store, &other, SHAPE, Version::MAX, 1).await;
    assert_eq!(found.snapshot, None, "another stream has its own snapshots");
    let found = snapshot_page(store, &one, Fingerprint(1), Version::MAX, 1).await;
    assert_eq!(found.snapshot, None, "a snapshot of another shape is not answered");
    let found = snapshot_page(store, &one, SHAPE, Version(5), 1).await;
    assert_eq!(found.snapshot, None, "a snapshot of a later version is not answered");
    assert_eq!(versions(&found.events), [1], "without a snapshot the first events");
    let found = snapshot_page(store, &one, SHAPE, Version(6), 1).await.snapshot;
    assert!(found.is_none_or(|found| found.version == Version(6)), "the version itself is");
}

/// The newest of several snapshots is answered, in whatever order they were kept.
pub async fn the_newest_snapshot_is_answered<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    for version in [4, 8, 6] {
        save(store, &one, SHAPE, version, 3).await;
    }

    let newest = async |at_most| {
        let found = snapshot_page(store, &one, SHAPE, Version(at_most), 0).await.snapshot;
        found.map_or(at_most, |found| found.version.0)
    };
    assert_eq!(newest(8).await, 8, "the newest of all");
    assert_eq!(newest(6).await, 6, "the newest up to version 6");
    assert_eq!(newest(4).await, 4, "the newest up to version 4");
}

/// The event that it ends with must be in the stream, at its position.
pub async fn a_snapshot_of_another_history_is_not_answered<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    let log = read(store, &one).await;
    let (sixth, last) = (log[5].position, log[9].position);
    for (version, position) in
        [(6, Position(sixth.0 + 1)), (7, sixth), (11, Position(last.0 + 1)), (11, last)]
    {
        let snapshot = Snapshot::new(SHAPE, Version(version), position, "{}".to_owned());
        let save = store.save_snapshot(&one, snapshot, 1).await;
        save.expect("a snapshot can be kept, or is not");

        let found = snapshot_page(store, &one, SHAPE, Version::MAX, 1).await;

        assert_eq!(found.snapshot, None, "version {version} does not stand at {position}");
        assert_eq!(versions(&found.events), [1], "without a snapshot the first events");
    }
}

/// A snapshot is ahead of its stream after a restore of the events alone. It is not believed either
/// once the stream has grown to its version and position: another event stands there.
pub async fn a_snapshot_from_ahead_is_never_believed<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    let last = read(store, &one).await[9].position;
    let ahead = |step: u64| (Fingerprint(step), Position(last.0 + step));
    for (shape, position) in (1..=20).map(ahead) {
        let snapshot = Snapshot::new(shape, Version(11), position, "{}".to_owned());
        let save = store.save_snapshot(&one, snapshot, 100).await;
        save.expect("a snapshot can be kept, or is not");
    }

    add(store, &one, events(3)).await;

    for (shape, position) in (1..=20).map(ahead) {
        let found = snapshot_page(store, &one, shape, Version::MAX, 1).await;
        assert_eq!(found.snapshot, None, "kept at {position} before the stream had come to it");
        assert_eq!(versions(&found.events), [1], "without a snapshot the first events");
    }
}

/// The newest stay, whatever their shapes, and a smaller number drops what is more.
pub async fn so_many_snapshots_are_kept<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    save(store, &one, SHAPE, 2, 3).await;
    save(store, &one, OTHER_SHAPE, 4, 3).await;
    save(store, &one, SHAPE, 6, 3).await;
    save(store, &one, SHAPE, 8, 2).await;

    let at_most = async |shape, version| {
        snapshot_page(store, &one, shape, Version(version), 0).await.snapshot
    };
    assert_eq!(at_most(OTHER_SHAPE, 5).await, None, "the third newest is gone");
    assert_eq!(at_most(SHAPE, 5).await, None, "and the fourth");
}

/// A snapshot replaces the one of its version, which may be damaged.
pub async fn a_snapshot_replaces_that_of_its_version<S: EventStore>(store: &S) {
    let one = ten_events(store).await;
    let position = read(store, &one).await[5].position;
    for state in ["\"damaged\"", "\"sound\""] {
        let snapshot = Snapshot::new(SHAPE, Version(6), position, state.to_owned());
        let save = store.save_snapshot(&one, snapshot, 2).await;
        save.expect("a snapshot can be kept, or is not");
    }

    let found = snapshot_page(store, &one, SHAPE, Version::MAX, 0).await.snapshot;

    assert!(found.is_none_or(|found| found.state == "\"sound\""), "the later one is answered");
}

async fn ten_events<S: EventStore>(store: &S) -> StreamId {
    let one = stream("one");
    add(store, &one, events(4)).await;
    add(store, &stream("between"), events(3)).await;
    add(store, &one, events(6)).await;
    one
}

async fn save<S: EventStore>(
    store: &S,
    stream: &StreamId,
    shape: Fingerprint,
    version: u64,
    keep: u32,
) {
    let before = Cursor::After(Version(version - 1));
    let position = page(store, stream, before, 1).await[0].position;
    let state = format!("{{\"version\":{version}}}");
    let snapshot = Snapshot::new(shape, Version(version), position, state);
    let saved = store.save_snapshot(stream, snapshot, keep).await;
    saved.expect("a snapshot can be kept, or is not");
}

async fn snapshot_page<S: EventStore>(
    store: &S,
    stream: &StreamId,
    shape: Fingerprint,
    at_most: Version,
    limit: u32,
) -> SnapshotPage {
    let page = store.snapshot_page(stream, shape, at_most, limit).await;
    page.expect("a stream can be read, with or without snapshots")
}
