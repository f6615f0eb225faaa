//! Pages begin beyond their cursor and end at their limit; the streams on top lose nothing.

use es_core::{
    Appended, Cursor, EventStore, EventStoreExt, PlacedEvent, Position, RecordedEvent, Version,
};
use futures_util::TryStreamExt;

use super::subjects::{
    ALL, add, events, log_page, log_up_to, page, read, recorded_ids, stream, until_safe, versions,
};

/// A length of more than two of the pages in which streams are read.
const LONG: usize = 1203;

const NOTHING: [u64; 0] = [];

/// The version itself is not read again.
pub async fn a_stream_is_read_upwards_after_a_version<S: EventStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(5)).await;
    let after = async |version| {
        let cursor = Cursor::After(Version(version));
        versions(&page(store, &one, cursor, ALL).await)
    };

    assert_eq!(after(0).await, [1, 2, 3, 4, 5], "after 0 comes the first");
    assert_eq!(after(3).await, [4, 5], "after 3 comes 4");
    assert_eq!(after(5).await, NOTHING, "after the last comes nothing");
    assert_eq!(after(6).await, NOTHING, "beyond the end is nothing");
    assert_eq!(after(u64::MAX).await, NOTHING, "after the highest is nothing");
}

/// The version itself is not read again.
pub async fn a_stream_is_read_downwards_before_a_version<S: EventStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(5)).await;
    let before = async |version| {
        let cursor = Cursor::Before(Version(version));
        versions(&page(store, &one, cursor, ALL).await)
    };

    let all = [5, 4, 3, 2, 1];
    assert_eq!(before(u64::MAX).await, all, "before the end is the last");
    assert_eq!(before(6).await, all, "before 6 is 5");
    assert_eq!(before(3).await, [2, 1], "before 3 is 2");
    assert_eq!(before(1).await, NOTHING, "before the first is nothing");
    assert_eq!(before(0).await, NOTHING, "before 0 is nothing");
}

/// The position itself is not read again.
pub async fn the_log_is_read_upwards_after_a_position<S: EventStore>(store: &S) {
    let log = five_in_the_log(store).await;
    let after = async |position| log_page(store, Cursor::After(position), ALL).await;

    assert_eq!(after(Position::START).await, log, "after 0 comes the first");
    let third = log[2].position;
    assert_eq!(after(third).await, log[3..], "after the third is the fourth");
    assert_eq!(after(log[4].position).await, [], "after the last is nothing");
    assert_eq!(after(Position::MAX).await, [], "beyond the end is nothing");
}

/// The position itself is not read again.
pub async fn the_log_is_read_downwards_before_a_position<S: EventStore>(store: &S) {
    let mut log = five_in_the_log(store).await;
    log.reverse();
    let before = async |position| log_page(store, Cursor::Before(position), ALL).await;

    assert_eq!(before(Position::MAX).await, log, "before the end is the last");
    let third = log[2].position;
    assert_eq!(before(third).await, log[3..], "before the third is the second");
    let first = log[4].position;
    assert_eq!(before(first).await, [], "before the first is nothing");
    assert_eq!(before(Position::START).await, [], "before 0 is nothing");
}

/// A limit cuts a page from either end, in streams and in the log. A limit of 0 is a page without
/// events.
pub async fn a_limit_cuts_a_page<S: EventStore>(store: &S) {
    let log = five_in_the_log(store).await;
    let upwards = async |limit| {
        let of_stream = page(store, &stream("one"), Cursor::START, limit).await;
        let of_log = log_page(store, Cursor::START, limit).await;
        (versions(&of_stream), of_log.len())
    };
    let downwards = async |limit| {
        let of_stream = page(store, &stream("one"), Cursor::END, limit).await;
        let of_log = log_page(store, Cursor::END, limit).await;
        (versions(&of_stream), of_log)
    };

    assert_eq!(upwards(0).await, (vec![], 0), "a limit of 0");
    assert_eq!(upwards(2).await, (vec![1, 2], 2), "a limit of 2");
    assert_eq!(upwards(3).await, (vec![1, 2, 3], 3), "the whole stream");
    assert_eq!(upwards(u32::MAX).await, (vec![1, 2, 3], 5), "no limit");
    assert_eq!(downwards(0).await, (vec![], vec![]), "0, downwards");
    let last_two = vec![log[4].clone(), log[3].clone()];
    assert_eq!(downwards(2).await, (vec![3, 2], last_two), "2, downwards");
}

/// A fold reads the events of a stream, also after a version and up to a limit.
pub async fn a_fold_reads_the_events_of_the_stream<S: EventStore>(store: &S) {
    let one = stream("one");
    add(store, &stream("other"), events(2)).await;
    add(store, &one, events(5)).await;
    let placed: Vec<_> = read(store, &one).await.into_iter().map(PlacedEvent::from).collect();
    let after = async |version, limit| {
        let page = store.fold_page(&one, Version(version), limit).await;
        page.expect("a stream can be folded")
    };

    assert_eq!(after(0, ALL).await, placed, "a fold has what the stream has");
    assert_eq!(after(3, ALL).await, placed[3..], "after 3 a fold has 4");
    assert_eq!(after(5, ALL).await, [], "after the last a fold has nothing");
    assert_eq!(after(1, 2).await, placed[1..3], "a limit cuts what is folded");
    assert_eq!(after(0, 0).await, [], "a limit of 0 is a fold of nothing");
    let unknown = store.fold_page(&stream("unknown"), Version::NONE, ALL).await;
    assert_eq!(unknown.expect("an unknown stream can be folded"), [], "it has no events");
}

/// A long stream is read page by page, both ways and from the middle: as one large page would hold
/// it.
pub async fn a_long_stream_is_read_as_a_whole<S: EventStore>(store: &S) {
    let one = stream("one");
    add_long(store).await;
    let read_from = async |cursor| -> Vec<RecordedEvent> {
        let events = store.read_stream(&one, cursor).try_collect().await;
        events.expect("a stream can be read")
    };

    let mut all = read(store, &one).await;
    assert_eq!(all.len(), LONG, "one page of all");
    assert_eq!(read_from(Cursor::START).await, all, "upwards");
    let after = read_from(Cursor::After(Version(100))).await;
    assert_eq!(after, all[100..], "upwards from the middle");
    all.reverse();
    assert_eq!(read_from(Cursor::END).await, all, "downwards");
}

/// A long log is read page by page, both ways and from the middle: as one large page would hold it.
pub async fn a_long_log_is_read_as_a_whole<S: EventStore>(store: &S) {
    let appended = add_long(store).await;
    let read_from = async |cursor| -> Vec<RecordedEvent> {
        let events = store.read_log(cursor).try_collect().await;
        events.expect("the log can be read")
    };

    let mut all = log_up_to(store, &appended).await;
    assert_eq!(all.len(), LONG, "one page of all");
    assert_eq!(read_from(Cursor::START).await, all, "upwards");
    let after = read_from(Cursor::After(all[99].position)).await;
    assert_eq!(recorded_ids(&after), recorded_ids(&all[100..]), "from the middle");
    all.reverse();
    assert_eq!(read_from(Cursor::END).await, all, "downwards");
}

/// Three events of one stream, two of another.
async fn five_in_the_log<S: EventStore>(store: &S) -> Vec<RecordedEvent> {
    add(store, &stream("one"), events(2)).await;
    add(store, &stream("other"), events(2)).await;
    let last = add(store, &stream("one"), events(1)).await;
    let log = log_up_to(store, &last).await;
    assert_eq!(log.len(), 5, "five events are in the log");
    log
}

async fn add_long<S: EventStore>(store: &S) -> Appended {
    add(store, &stream("one"), events(LONG - 3)).await;
    let last = add(store, &stream("one"), events(3)).await;
    until_safe(store, last.position().expect("three events")).await;
    last
}
