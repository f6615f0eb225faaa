//! A corrected copy takes the name of a stream, at once, and the old one stays as its archive.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};

use super::dropping::give_up_after;
use super::subjects::{
    ALL, about, add, broken_condition, conflict, event, events, exact, item, log_up_to, name, page,
    query, query_page, read, recorded_ids, stream, try_append, try_on, versions, with_payload,
};
use es_core::{
    Actor, AppendError, Condition, Cursor, EventId, ExpectedVersion, Fingerprint, Position, Reason,
    RecordedEvent, Rewrite, Snapshot, StreamId, Transform, TransformError, TransformStore,
    Transformation, Transformed, Version,
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

/// Whoever decided on the old stream is refused, also where the copy is as long as the old one was.
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

/// An event that came since the stream was read is in no copy, so there is none.
pub async fn an_append_since_it_was_read_refuses<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(2)).await;
    let racing = events(1);
    let mut rewritten = 0;

    // The append comes after the reading: its answer is there before the first event is rewritten.
    let refused = transform_while(
        store,
        &one,
        |_| rewritten += 1,
        || {
            let (store, one, racing) = (store.clone(), one.clone(), racing.clone());
            async move { drop(add(&store, &one, racing).await) }
        },
    )
    .await;

    let TransformError::Conflict(conflict) = refused.expect_err("the stream has moved on") else {
        panic!("expected a conflict");
    };
    assert_eq!((conflict.expected, conflict.actual), (exact(2), Version(3)), "where it was and is");
    assert_eq!(rewritten, 2, "both events were rewritten in vain");
    assert_eq!(versions(&read(store, &one).await), [1, 2, 3], "the stream is as it was");
    assert_eq!(store.transformations(&one).await.expect("records can be read"), []);
}

/// Of two transformations of one stream one is refused, and both names stay what they are.
pub async fn a_transformation_since_it_was_read_refuses<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(2)).await;

    let refused = transform_while(
        store,
        &one,
        |_| {},
        || {
            let (store, one) = (store.clone(), one.clone());
            async move { drop(transform(&store, &one, keep).await) }
        },
    )
    .await;

    let refused = refused.expect_err("the stream has been replaced");
    assert!(matches!(refused, TransformError::Conflict(_)), "{refused:?}");
    assert_eq!(versions(&read(store, &one).await), [4, 5], "the first copy");
    assert_eq!(store.transformations(&one).await.expect("records can be read").len(), 1);
}

/// Who, when and why; the newest first.
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

/// Time, metadata and tags are those of the event that a copy stands for; ids are new.
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

/// The log is only added to: the record, then the copies.
pub async fn the_log_has_the_record_before_the_copies<S: TransformStore>(store: &S) {
    let (one, other) = (stream("one"), stream("other"));
    add(store, &one, events(2)).await;
    add(store, &other, events(1)).await;
    let appended = add(store, &one, events(1)).await;
    let before = log_up_to(store, &appended).await;

    let done = transform(store, &one, second_becomes_two).await;
    let appended = add(store, &other, events(1)).await;
    let log = log_up_to(store, &appended).await;

    assert_eq!(recorded_ids(&log[..4]), recorded_ids(&before), "what was there, where it was");
    let streams: Vec<_> = log.iter().map(|event| event.stream.clone()).collect();
    let (old, new) = (&done.archive, &one);
    let expected = [old, old, &other, old, old, new, new, new, new, &other].map(StreamId::clone);
    assert_eq!(streams, expected, "old events, the record, the copies");
    let record = Transformation::of(&log[4]).expect("the record is in the log");
    assert_eq!(record.stream, one, "and tells the stream");
    assert!(log.is_sorted_by(|a, b| a.position < b.position), "positions rise");
    assert_eq!(log[5..9], read(store, &one).await, "copies are in the log as in their stream");
}

/// By tag and by type, the copies are found and what they stand for is not.
pub async fn a_query_finds_the_copies_alone<S: TransformStore>(store: &S) {
    let one = stream("one");
    let told = || vec![about("told", &["course:c1"]), about("heard", &["course:c2"]), event(3)];
    add(store, &one, told()).await;
    transform(store, &one, |event| match event.version {
        Version(2) => Rewrite::With(vec![about("heard", &["course:c3"])]),
        _ => Rewrite::Keep,
    })
    .await;
    let copies = read(store, &one).await;

    let found = async |types: &[&str], tags: &[&str]| {
        let page = query_page(store, &query([item(types, tags)]), Position::START, ALL).await;
        page.events.into_iter().map(|found| found.event).collect::<Vec<_>>()
    };
    assert_eq!(found(&[], &["course:c1"]).await, copies[..1], "a tag that is kept");
    assert_eq!(found(&["told"], &["course:c1"]).await, copies[..1], "a type beside a tag");
    assert_eq!(found(&[], &["course:c2"]).await, [], "a tag of an old event");
    assert_eq!(found(&[], &["course:c3"]).await, copies[1..2], "a tag of a copy");
    assert_eq!(found(&["told", "heard"], &[]).await, copies[..2], "types alone");
}

/// What a decision has read is not what is there any more.
pub async fn a_copy_breaks_the_condition_of_who_read_before<S: TransformStore>(store: &S) {
    let one = stream("one");
    let appended = add(store, &one, vec![about("told", &["course:c1"])]).await;
    let seen = appended.position().expect("an event");

    transform(store, &one, keep).await;

    for query in [query([item(&[], &["course:c1"])]), query([item(&["told"], &[])])] {
        let other = super::subjects::part(&stream("other"), ExpectedVersion::Any, events(1));
        let condition = Condition::new(query, Position::START).with_known(vec![seen]);
        let refused = try_on(store, condition, vec![other]).await;
        let copy = read(store, &one).await[0].position;
        assert_eq!(broken_condition(refused).position, copy, "the copy refuses");
    }
}

/// An event that has no copy is as if it had never been.
pub async fn an_archive_breaks_no_condition<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, vec![about("told", &["course:c1"]), event(2)]).await;

    let is_told = |event: &RecordedEvent| event.event.name == name("told");
    let drop_told =
        |event: &RecordedEvent| if is_told(event) { Rewrite::Drop } else { Rewrite::Keep };
    transform(store, &one, drop_told).await;

    for query in [query([item(&[], &["course:c1"])]), query([item(&["told"], &[])])] {
        let other = super::subjects::part(&stream("other"), ExpectedVersion::Any, events(1));
        let accepted = try_on(store, Condition::new(query, Position::START), vec![other]).await;
        accepted.expect("an event of an archive refuses nothing");
    }
}

/// An append whose answer was lost may be in the archive by the time it is sent again.
pub async fn an_append_that_is_sent_again_has_its_answer<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(1)).await;
    let new = events(2);
    let first = try_append(store, &one, exact(1), new.clone()).await.expect("accepted");
    transform(store, &one, keep).await;

    let again = try_append(store, &one, exact(1), new.clone()).await.expect("its first answer");

    assert!(again.already, "it was stored before");
    assert_eq!(again.streams, first.streams, "the first answer");
    let elsewhere = try_append(store, &stream("other"), ExpectedVersion::Any, new).await;
    assert!(matches!(elsewhere, Err(AppendError::DuplicateEvent { .. })), "{elsewhere:?}");
}

/// Neither those that were kept before nor one that comes too late.
pub async fn a_snapshot_of_the_old_stream_is_not_answered<S: TransformStore>(store: &S) {
    const SHAPE: Fingerprint = Fingerprint(7);
    let one = stream("one");
    let appended = add(store, &one, events(3)).await;
    let position = appended.position().expect("an event");
    let save =
        || store.save_snapshot(&one, Snapshot::new(SHAPE, Version(3), position, "3".into()), 9);
    save().await.expect("a snapshot can be kept, or is not");

    transform(store, &one, keep).await;
    let before = store.snapshot_page(&one, SHAPE, Version::MAX, ALL).await.expect("a page");
    save().await.expect("a snapshot can be kept, or is not");
    let late = store.snapshot_page(&one, SHAPE, Version::MAX, ALL).await.expect("a page");

    for page in [before, late] {
        assert_eq!(page.snapshot, None, "a snapshot of the old stream");
        assert_eq!(versions(&page.events), [5, 6, 7], "all events of the new one");
    }
}

/// Writers append and a reader follows the log while the stream is transformed time and again: every
/// event that was acknowledged is in the stream once, itself or as a copy, and the log lost nothing.
pub async fn nothing_is_lost_while_writers_append<S: TransformStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(3)).await;
    let (over, log_ends) = (AtomicBool::new(false), AtomicBool::new(false));
    let writer = |_| {
        let (store, one) = (store.clone(), one.clone());
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for number in 0..40 {
                let new = event(number);
                acknowledged.push(new.id);
                add(&store, &one, vec![new]).await;
                tokio::task::yield_now().await;
            }
            acknowledged
        })
    };
    let transformer = async {
        let mut done = 0;
        while done < 3 || !over.load(Ordering::SeqCst) {
            match try_transform(store, &one, keep).await {
                Ok(_) => done += 1,
                Err(TransformError::Conflict(_)) => {}
                Err(TransformError::Store(error)) if error.is_transient() => {}
                Err(other) => panic!("a transformation failed: {other:?}"),
            }
            tokio::task::yield_now().await;
        }
        log_ends.store(true, Ordering::SeqCst);
        done
    };
    let follower = async {
        let (mut seen_in_log, mut last) = (Vec::new(), Position::START);
        loop {
            let at_the_end = log_ends.load(Ordering::SeqCst);
            let page = store.log_page(Cursor::After(last), 50).await.expect("the log can be read");
            last = page.events.last().map_or(last, |event| event.position);
            let is_over = at_the_end && page.events.is_empty() && page.safe == page.head;
            seen_in_log.extend(page.events);
            if is_over {
                return seen_in_log;
            }
            tokio::task::yield_now().await;
        }
    };
    let writers = async {
        let mut acknowledged = Vec::new();
        for writer in [1, 2, 3].map(writer) {
            acknowledged.extend(writer.await.expect("a writer comes to its end"));
        }
        over.store(true, Ordering::SeqCst);
        acknowledged
    };
    let (acknowledged, done, seen_in_log) = tokio::join!(writers, transformer, follower);

    let now = read(store, &one).await;
    let mut originals: Vec<_> = now.iter().map(|event| original(event, &seen_in_log)).collect();
    assert!(acknowledged.iter().all(|id| originals.contains(id)), "what was acknowledged is there");
    originals.sort_unstable_by_key(|id| id.as_uuid());
    originals.dedup();
    assert_eq!((originals.len(), now.len()), (123, 123), "each event once");
    let log = store.log_page(Cursor::START, ALL).await.expect("the log can be read").events;
    let seen_all = recorded_ids(&seen_in_log) == recorded_ids(&log);
    assert!(seen_all, "a follower has seen {} events of {}", seen_in_log.len(), log.len());
    let records = store.transformations(&one).await.expect("records can be read");
    assert_eq!(records.len(), done, "a record of each transformation");
    let first = now[0].version.0;
    let expected: Vec<_> = (first..first + 123).collect();
    assert_eq!(versions(&now), expected, "versions without gaps");
}

/// Given up at any moment, the name is that of the old stream or of the new one.
pub async fn a_dropped_transformation_is_whole_or_not_there<S: TransformStore>(store: &S) {
    for polls in 0..30 {
        let one = stream(&format!("one-{polls}"));
        add(store, &one, events(3)).await;

        give_up_after(polls, try_transform(store, &one, second_becomes_two)).await;

        // What was given up and is still on its way comes before this append or is refused.
        let appended = add(store, &one, events(1)).await;
        let first = read(store, &one).await[0].version;
        let (last, record) = if first == Version(1) { (4, 0) } else { (9, 1) };
        assert_eq!(appended.streams[0].version, Version(last), "all events of either");
        let records = store.transformations(&one).await.expect("records can be read");
        assert_eq!(records.len(), record, "a record of what was done");
    }
}

fn actor() -> Actor {
    Actor::new("mia").expect("a line")
}

fn reason() -> Reason {
    Reason::new("numbers were counted twice").expect("a line")
}

fn of(stream: &StreamId) -> Transform {
    Transform::new(stream.clone(), actor(), reason())
}

fn keep(_: &RecordedEvent) -> Rewrite {
    Rewrite::Keep
}

fn second_becomes_two(event: &RecordedEvent) -> Rewrite {
    match event.version {
        Version(2) => {
            Rewrite::With(vec![with_payload(r#"{"number":20}"#), with_payload(r#"{"number":21}"#)])
        }
        _ => Rewrite::Keep,
    }
}

async fn try_transform<S: TransformStore>(
    store: &S,
    stream: &StreamId,
    mut rewrite: impl FnMut(&RecordedEvent) -> Rewrite + Send,
) -> Result<Transformed, TransformError> {
    store.transform(of(stream), |event| Ok::<_, Infallible>(rewrite(&event))).await
}

async fn transform<S: TransformStore>(
    store: &S,
    stream: &StreamId,
    rewrite: impl FnMut(&RecordedEvent) -> Rewrite + Send,
) -> Transformed {
    try_transform(store, stream, rewrite).await.expect("a stream that nobody writes to")
}

/// A transformation that keeps all events, while something else happens after they were read.
async fn transform_while<S: TransformStore, F: Future<Output = ()> + Send + 'static>(
    store: &S,
    stream: &StreamId,
    mut seen: impl FnMut(&RecordedEvent) + Send,
    meanwhile: impl FnOnce() -> F + Send,
) -> Result<Transformed, TransformError> {
    let mut meanwhile = Some(meanwhile);
    try_transform(store, stream, |event| {
        if let Some(meanwhile) = meanwhile.take() {
            let running = meanwhile();
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(running));
        }
        seen(event);
        Rewrite::Keep
    })
    .await
}

/// The event that was appended, which `event` is or stands for after any number of transformations.
fn original(event: &RecordedEvent, log: &[RecordedEvent]) -> EventId {
    let mut event = event;
    while let Some(id) = event.metadata.copy_of() {
        event = log.iter().find(|old| old.id == id).expect("a copy stands for an event of the log");
    }
    event.id
}

fn payloads(events: &[RecordedEvent]) -> Vec<&str> {
    events.iter().map(|event| event.event.payload.as_str()).collect()
}
