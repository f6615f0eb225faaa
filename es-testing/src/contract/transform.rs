//! A corrected copy takes the name of a stream, at once, and the old one stays as its archive.

use std::convert::Infallible;

use es_core::{
    Actor, Cursor, ExpectedVersion, Reason, RecordedEvent, Rewrite, StreamId, Transform,
    TransformError, TransformStore, Transformation, Transformed, Version,
};

use super::subjects::{
    ALL, about, add, conflict, events, exact, page, read, recorded_ids, stream, try_append,
    versions, with_payload,
};

/// The old events are read under the archive's name as they were, the copies under the stream's.
pub async fn the_copy_has_the_name_and_the_archive_has_the_events<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(3)).await;
    let before = read(store, &one).await;

    let done = transform(store, &one, second_becomes_two).await;

    let archive = read(store, &done.archive).await;
    assert_eq!(archive.len(), 4, "the archive has the old events and the record");
    for (old, now) in before.iter().zip(&archive) {
        let mut expected = old.clone();
        expected.stream = done.archive.clone();
        assert_eq!(*now, expected, "an event in the archive is as it was");
    }
    let copies = read(store, &one).await;
    assert_eq!(
        payloads(&copies),
        [r#"{"number":1}"#, r#"{"number":20}"#, r#"{"number":21}"#, r#"{"number":3}"#],
        "what each event became, in order"
    );
    assert_eq!(recorded_ids(&page(store, &one, Cursor::END, 1).await), [copies[3].id], "downwards");
    let positions: Vec<_> = copies.iter().map(|event| event.position).collect();
    assert_eq!(done.stream.positions, positions, "the answered positions");
    assert_eq!(done.stream.version, copies[3].version, "the answered version");
}

/// A version of a name never means two events.
pub async fn versions_go_on_from_the_record<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(3)).await;

    let done = transform(store, &one, second_becomes_two).await;
    add(store, &one, events(1)).await;

    assert_eq!(versions(&read(store, &done.archive).await), [1, 2, 3, 4], "the record is the last");
    assert_eq!(versions(&read(store, &one).await), [5, 6, 7, 8, 9], "copies count on from there");
    let after = page(store, &one, Cursor::After(Version(6)), 2).await;
    assert_eq!(versions(&after), [7, 8], "after a version");
    let before = page(store, &one, Cursor::Before(Version(7)), ALL).await;
    assert_eq!(versions(&before), [6, 5], "before a version, down to the first copy");
    let archived = page(store, &one, Cursor::Before(Version(4)), ALL).await;
    assert_eq!(versions(&archived), [0; 0], "versions of the archive are in the archive");
}

/// An append that was decided on the old stream is refused, even if the copy is as long as the old
/// one.
pub async fn no_version_of_the_old_stream_fits_the_new_one<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(3)).await;
    transform(store, &one, keep).await;

    for version in 0..=4 {
        let refused = try_append(store, &one, exact(version), events(1)).await;
        assert_eq!(conflict(refused).actual, Version(7), "version {version} is of the old stream");
    }
    conflict(try_append(store, &one, ExpectedVersion::NoStream, events(1)).await);
    try_append(store, &one, ExpectedVersion::StreamExists, events(1)).await.expect("it exists");
    try_append(store, &one, exact(8), events(1)).await.expect("the version that it is at");
}

/// The records of transformations say who, when and why; the newest comes first.
pub async fn each_transformation_leaves_its_record<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(2)).await;
    add(store, &stream("other"), events(2)).await;
    let first = transform(store, &one, keep).await;
    add(store, &one, events(1)).await;
    let second = transform(store, &one, keep).await;

    let records = store.transformations(&one).await.expect("records can be read");

    assert_eq!(records.len(), 2, "two transformations, two records");
    let archives: Vec<_> = records.iter().map(|record| record.archive.clone()).collect();
    assert_eq!(archives, [second.archive, first.archive], "the newest first");
    for record in &records {
        assert_eq!(record.stream, one, "which stream");
        assert_eq!(record.actor, actor(), "who");
        assert_eq!(record.reason, reason(), "why");
        let last = page(store, &record.archive, Cursor::END, 1).await;
        assert_eq!(Transformation::of(&last[0]).as_ref(), Some(record), "the archive ends with it");
    }
    assert_eq!(versions(&read(store, &one).await), [8, 9, 10], "the last copy");
    let other = store.transformations(&stream("other")).await.expect("records can be read");
    assert_eq!(other, [], "another stream has none");
}

/// The time, the metadata and the tags of a copy are those of its event; its id is new.
pub async fn copies_are_as_what_they_stand_for<S: TransformStore>(store: &S) {
    let one = stream("one");
    let mut new = about("counted", &["course:c1", "term:t1"]);
    new.metadata = new.metadata.with_header("colour", "red").expect("a header");
    add(store, &one, vec![new]).await;
    add(store, &one, events(1)).await;
    let before = read(store, &one).await;

    let done = transform(store, &one, keep).await;

    let copies = read(store, &one).await;
    for (old, copy) in before.iter().zip(&copies) {
        assert_eq!(copy.metadata.copy_of(), Some(old.id), "a copy tells what it stands for");
        assert_ne!(copy.id, old.id, "and has an id of its own");
        assert_eq!(copy.event, old.event, "name, version and payload");
        assert_eq!(copy.recorded_at, old.recorded_at, "the time of what it stands for");
        assert_eq!(copy.metadata.header("colour"), old.metadata.header("colour"), "the metadata");
    }
    let tags = store.stream_tags(&one).await.expect("tags can be read");
    let mut tags: Vec<_> = tags.iter().map(|(at, tag)| (*at, tag.as_str())).collect();
    tags.sort_unstable();
    let at = copies[0].position;
    assert_eq!(tags, [(at, "course:c1"), (at, "term:t1")], "the tags");
    assert_eq!(store.stream_tags(&done.archive).await.expect("tags can be read"), []);
}

/// A stream that is not there, an archive, nothing left, a closure that fails.
pub async fn what_cannot_be_transformed_stays_as_it_is<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(2)).await;

    let missing = try_transform(store, &stream("missing"), keep).await;
    assert!(matches!(missing, Err(TransformError::NotFound { .. })), "{missing:?}");
    let empty = try_transform(store, &one, |_| Rewrite::Drop).await;
    assert!(matches!(empty, Err(TransformError::Empty { .. })), "{empty:?}");
    let failed = store
        .transform(of(&one), |event| match event.version {
            Version(1) => Ok(Rewrite::Keep),
            _ => Err("no idea what this is"),
        })
        .await;
    let Err(TransformError::Rewrite { version, source, .. }) = failed else {
        panic!("expected a failure of the closure");
    };
    assert_eq!((version, source.to_string().as_str()), (Version(2), "no idea what this is"));
    assert_eq!(versions(&read(store, &one).await), [1, 2], "the stream is as it was");

    let archive = transform(store, &one, keep).await.archive;
    let again = try_transform(store, &archive, keep).await;
    assert!(matches!(again, Err(TransformError::Archive { .. })), "{again:?}");
}

fn actor() -> Actor {
    Actor::new("mia").expect("a line")
}

fn reason() -> Reason {
    Reason::new("numbers were counted twice").expect("a line")
}

pub(super) fn of(stream: &StreamId) -> Transform {
    Transform::new(stream.clone(), actor(), reason())
}

pub(super) fn keep(_: &RecordedEvent) -> Rewrite {
    Rewrite::Keep
}

pub(super) fn second_becomes_two(event: &RecordedEvent) -> Rewrite {
    match event.version {
        Version(2) => {
            Rewrite::With(vec![with_payload(r#"{"number":20}"#), with_payload(r#"{"number":21}"#)])
        }
        _ => Rewrite::Keep,
    }
}

pub(super) async fn try_transform<S: TransformStore>(
    store: &S,
    stream: &StreamId,
    mut rewrite: impl FnMut(&RecordedEvent) -> Rewrite + Send,
) -> Result<Transformed, TransformError> {
    store.transform(of(stream), |event| Ok::<_, Infallible>(rewrite(&event))).await
}

pub(super) async fn transform<S: TransformStore>(
    store: &S,
    stream: &StreamId,
    rewrite: impl FnMut(&RecordedEvent) -> Rewrite + Send,
) -> Transformed {
    try_transform(store, stream, rewrite).await.expect("a stream that nobody writes to")
}

fn payloads(events: &[RecordedEvent]) -> Vec<&str> {
    events.iter().map(|event| event.event.payload.as_str()).collect()
}
