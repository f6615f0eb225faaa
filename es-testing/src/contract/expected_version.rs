//! Each expected version is enforced, on streams that exist and on streams that do not.

use es_core::{EventStore, ExpectedVersion};

use super::subjects::{add, conflict, events, exact, part, read, stream, try_append, try_parts};

/// `Any` is accepted everywhere.
pub async fn any_version_is_met_by_every_stream<S: EventStore>(store: &S) {
    let one = stream("one");

    let on_missing = try_append(store, &one, ExpectedVersion::Any, events(1)).await;
    let on_existing = try_append(store, &one, ExpectedVersion::Any, events(1)).await;

    assert!(on_missing.is_ok(), "a missing stream: {on_missing:?}");
    assert!(on_existing.is_ok(), "an existing stream: {on_existing:?}");
    assert_eq!(read(store, &one).await.len(), 2, "both are stored");
}

/// `NoStream` is accepted where there is no event, and nowhere else.
pub async fn no_stream_is_met_by_a_missing_stream_only<S: EventStore>(store: &S) {
    let one = stream("one");

    let on_missing = try_append(store, &one, ExpectedVersion::NoStream, events(1)).await;
    let on_existing = try_append(store, &one, ExpectedVersion::NoStream, events(1)).await;

    assert!(on_missing.is_ok(), "a missing stream: {on_missing:?}");
    conflict(on_existing);
}

/// `StreamExists` is accepted where there is an event, and nowhere else.
pub async fn an_existing_stream_is_not_met_by_a_missing_one<S: EventStore>(store: &S) {
    let one = stream("one");

    conflict(try_append(store, &one, ExpectedVersion::StreamExists, events(1)).await);
    add(store, &one, events(1)).await;
    let on_existing = try_append(store, &one, ExpectedVersion::StreamExists, events(1)).await;

    assert!(on_existing.is_ok(), "an existing stream: {on_existing:?}");
}

/// `Exact` is accepted at that version; not below, not above, not on a missing stream.
pub async fn an_exact_version_is_met_by_itself_only<S: EventStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(3)).await;

    conflict(try_append(store, &one, exact(2), events(1)).await);
    conflict(try_append(store, &one, exact(4), events(1)).await);
    conflict(try_append(store, &stream("missing"), exact(1), events(1)).await);
    let met = try_append(store, &one, exact(3), events(1)).await;

    assert!(met.is_ok(), "the version that the stream has: {met:?}");
}

/// No version is too great to be refused as others are, whatever a store counts with.
pub async fn a_version_that_no_stream_reaches_is_a_conflict<S: EventStore>(store: &S) {
    add(store, &stream("one"), events(1)).await;

    for version in [u64::from(u32::MAX), i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        for (key, actual) in [("one", 1), ("missing", 0)] {
            let answer = try_append(store, &stream(key), exact(version), events(1)).await;
            let told = conflict(answer);
            assert_eq!((told.expected, told.actual.0), (exact(version), actual), "what is told");
        }
    }
}

/// `Exact(0)` is `NoStream`.
pub async fn exact_zero_is_no_stream<S: EventStore>(store: &S) {
    let one = stream("one");

    let on_missing = try_append(store, &one, exact(0), events(1)).await;
    let on_existing = try_append(store, &one, exact(0), events(1)).await;

    assert!(on_missing.is_ok(), "a missing stream: {on_missing:?}");
    conflict(on_existing);
}

/// A part without events is refused as one with events would be.
pub async fn a_part_without_events_requires_its_version_too<S: EventStore>(store: &S) {
    let (one, missing) = (stream("one"), stream("missing"));
    add(store, &one, events(2)).await;

    conflict(try_append(store, &one, ExpectedVersion::NoStream, vec![]).await);
    conflict(try_append(store, &missing, ExpectedVersion::StreamExists, vec![]).await);
    conflict(try_append(store, &one, exact(1), vec![]).await);
    conflict(try_append(store, &one, exact(3), vec![]).await);
    let parts =
        vec![part(&one, exact(2), vec![]), part(&missing, ExpectedVersion::NoStream, vec![])];
    let met = try_parts(store, parts).await;

    assert!(met.is_ok(), "the versions that the streams have: {met:?}");
}
