//! Copies of a transformation, as readers of the log, queries, conditions and snapshots see them.

use es_core::{
    Condition, ExpectedVersion, Fingerprint, Position, RecordedEvent, Rewrite, Selection, Snapshot,
    StreamId, TransformStore, Transformation, Version,
};

use super::select::selected;
use super::subjects::{
    ALL, about, add, broken_condition, event, events, item, log_up_to, name, part, query,
    query_page, read, recorded_ids, stream, tag, try_on, versions,
};
use super::transform::{keep, second_becomes_two, transform};

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

/// A query by tag or by type finds the copies, and not the events that they stand for.
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

/// A selection that is not by tags has the records, whatever its types, and the copies; old events
/// are in none.
pub async fn a_selection_has_the_record_and_the_copies<S: TransformStore>(store: &S) {
    let (one, other) = (stream("one"), stream("other"));
    add(store, &one, vec![about("told", &["course:c1"]), about("heard", &["course:c2"])]).await;
    add(store, &other, vec![about("told", &["course:c2"])]).await;
    transform(store, &one, keep).await;
    transform(store, &one, keep).await;
    let appended = add(store, &one, vec![about("told", &["course:c1"])]).await;
    let log = log_up_to(store, &appended).await;
    let records: Vec<_> =
        log.iter().filter(|event| Transformation::of(event).is_some()).cloned().collect();
    assert_eq!(records.len(), 2, "two records");
    let told = |event: &RecordedEvent| event.event.name == name("told");
    let (copies, others) = (read(store, &one).await, read(store, &other).await);
    let category = one.category().clone();
    let in_order = |parts: &[&[RecordedEvent]]| {
        let mut all = parts.concat();
        all.sort_by_key(|event| event.position);
        recorded_ids(&all)
    };
    let ids = async |selection: Selection| recorded_ids(&selected(store, &selection).await);

    let all = in_order(&[&records, &copies, &others]);
    assert_eq!(ids(Selection::log()).await, all, "of the log");
    assert_eq!(ids(Selection::category(category.clone())).await, all, "of a category");
    let of_one = in_order(&[&records, &copies]);
    assert_eq!(ids(Selection::stream(one.clone())).await, of_one, "of the stream");
    let of_other = in_order(&[&others]);
    assert_eq!(ids(Selection::stream(other)).await, of_other, "of another stream");
    let copies: Vec<_> = copies.into_iter().filter(told).collect();
    let of_type = in_order(&[&records, &copies]);
    let by_type = Selection::stream(one).with_types([name("told")]);
    assert_eq!(ids(by_type).await, of_type, "a type of the stream");
    let by_type = Selection::category(category).with_types([name("told")]);
    let of_type = in_order(&[&records, &copies, &others]);
    assert_eq!(ids(by_type).await, of_type, "a type of a category");
    let by_type = Selection::log().with_types([name("told")]);
    assert_eq!(ids(by_type).await, of_type, "a type of the log");
    let by_tag = Selection::tags(tag("course:c1"), []);
    assert_eq!(ids(by_tag).await, in_order(&[&copies]), "the copies that carry a tag");
}

/// A copy of an event that a decision has read breaks the condition of the decision.
pub async fn a_copy_breaks_the_condition_of_who_read_before<S: TransformStore>(store: &S) {
    let one = stream("one");
    let appended = add(store, &one, vec![about("told", &["course:c1"])]).await;
    let seen = appended.position().expect("an event");

    transform(store, &one, keep).await;

    for query in [query([item(&[], &["course:c1"])]), query([item(&["told"], &[])])] {
        let other = part(&stream("other"), ExpectedVersion::Any, events(1));
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
        let other = part(&stream("other"), ExpectedVersion::Any, events(1));
        let accepted = try_on(store, Condition::new(query, Position::START), vec![other]).await;
        accepted.expect("an event of an archive refuses nothing");
    }
}

/// A snapshot of the old stream is not answered, whether it was kept before or comes too late.
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
