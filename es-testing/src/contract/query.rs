//! A query finds the events that matter to a decision: all of them, wherever they stand.

use std::collections::HashSet;

use es_core::{Cursor, EventId, EventStore, ExpectedVersion, Position, QueryItem, Tag};
use tokio::task::JoinSet;

use super::subjects::{
    ALL, about, add, event, ids, item, log_page, part, query, query_page, read, stream, try_parts,
    until_safe,
};

/// Types, tags and both: any of the types, all of the tags.
pub async fn an_item_finds_any_of_its_types_with_all_of_its_tags<S: EventStore>(store: &S) {
    let opened = about("opened", &["course:c1"]);
    let moved = about("moved", &["course:c1", "room:r1"]);
    let closed = about("closed", &["room:r1"]);
    let (one, two, three) = (opened.id, moved.id, closed.id);
    add(store, &stream("one"), vec![opened, moved]).await;
    add(store, &stream("other"), vec![closed, event(1)]).await;

    assert_eq!(find(store, [item(&["opened"], &[])]).await, [one], "a type");
    assert_eq!(find(store, [item(&["closed", "opened"], &[])]).await, [one, three], "two types");
    assert_eq!(find(store, [item(&[], &["course:c1"])]).await, [one, two], "a tag");
    let both = item(&[], &["room:r1", "course:c1"]);
    assert_eq!(find(store, [both]).await, [two], "two tags");
    let typed = item(&["opened", "closed"], &["room:r1"]);
    assert_eq!(find(store, [typed]).await, [three], "types and a tag");
    let typed = item(&["opened", "moved"], &["course:c1", "room:r1"]);
    assert_eq!(find(store, [typed]).await, [two], "types and tags");
    assert_eq!(find(store, [item(&["missing"], &[])]).await, [], "a type that no event has");
    assert_eq!(find(store, [item(&[], &["course:c2"])]).await, [], "a tag that no event has");
}

/// An event that matches several items is there once, with all of them.
pub async fn an_event_comes_with_the_items_that_it_matches<S: EventStore>(store: &S) {
    let new = vec![
        about("opened", &["course:c1"]),
        about("moved", &["course:c2"]),
        about("moved", &["course:c1"]),
    ];
    add(store, &stream("one"), new).await;

    let items = [item(&["moved"], &[]), item(&[], &["course:c1"]), item(&["opened"], &[])];
    let page = query_page(store, &query(items), Position::START, ALL).await;

    let found: Vec<_> = page.events.into_iter().map(|found| found.items).collect();
    assert_eq!(found, [vec![1, 2], vec![0], vec![0, 1]], "the places of the items, rising");
}

/// The events of a query are those of the log and of the streams, in the order of the log.
pub async fn events_are_found_as_they_stand_in_the_log<S: EventStore>(store: &S) {
    for key in ["b", "a", "c", "a"] {
        add(store, &stream(key), vec![about("opened", &["course:c1"]), event(1)]).await;
    }
    let last = add(store, &stream("b"), vec![about("closed", &["course:c1"])]).await;
    until_safe(store, last.position().expect("one event")).await;

    let all = query([item(&[], &["course:c1"]), item(&["counted"], &[])]);
    let page = query_page(store, &all, Position::START, ALL).await;

    let found: Vec<_> = page.events.into_iter().map(|found| found.event).collect();
    let log = log_page(store, Cursor::START, ALL).await;
    assert_eq!(found, log, "what a query finds is what the log has, in its order");
}

/// A page begins after its position and ends at its limit, of which 0 is one.
pub async fn a_query_is_read_page_by_page<S: EventStore>(store: &S) {
    for _ in 0..3 {
        let new = vec![about("opened", &["course:c1"]), event(1), about("closed", &["course:c1"])];
        add(store, &stream("one"), new).await;
    }
    let of_course = query([item(&["opened"], &[]), item(&[], &["course:c1"])]);
    let read = async |after, limit| {
        let page = query_page(store, &of_course, after, limit).await;
        page.events.into_iter().map(|found| found.event.position).collect::<Vec<_>>()
    };

    let all = read(Position::START, ALL).await;
    assert_eq!(all.len(), 6, "all at once");
    assert_eq!(read(Position::START, 4).await, all[..4], "the first four");
    assert_eq!(read(all[3], 4).await, all[4..], "after the fourth");
    assert_eq!(read(all[3], 1).await, all[4..5], "one after the fourth");
    assert_eq!(read(Position::START, 0).await, [], "a limit of 0");
    assert_eq!(read(Position::START, u32::MAX).await, all, "no limit");
    assert_eq!(read(all[5], ALL).await, [], "after the last is nothing");
    assert_eq!(read(Position::MAX, ALL).await, [], "beyond the end is nothing");
}

/// Each of many writers finds its own event at once, though others are under way.
pub async fn a_query_sees_what_was_acknowledged<S: EventStore>(store: &S) {
    let mut writers = JoinSet::new();
    for writer in 0..40 {
        let store = store.clone();
        writers.spawn(async move {
            let new = vec![about("opened", &["course:c1"])];
            let own = new[0].id;
            add(&store, &stream(&format!("s{}", writer % 5)), new).await;
            let by_tag = find(&store, [item(&[], &["course:c1"])]).await.contains(&own);
            let by_type = find(&store, [item(&["opened"], &[])]).await.contains(&own);
            (by_tag, by_type)
        });
    }

    while let Some(seen) = writers.join_next().await {
        let seen = seen.expect("a writer does not panic");
        assert_eq!(seen, (true, true), "what was acknowledged is found by tag and by type");
    }
}

/// Events that a page has not found up to its `safe` never appear there, while others append and
/// between.
pub async fn nothing_appears_at_or_below_safe_afterwards<S: EventStore>(store: &S) {
    const WAVES: usize = 5;
    const WRITERS: usize = 12;

    let of_course = query([item(&["opened"], &["course:c1"]), item(&[], &["course:c2"])]);
    let mut pages = Vec::new();
    for wave in 0..WAVES {
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let store = store.clone();
            writers.spawn(async move {
                let tagged = about("opened", &[["course:c1", "course:c2"][writer % 2]]);
                let (shared, own) = (format!("s{}", writer % 7), format!("t{wave}-{writer}"));
                let parts = vec![
                    part(&stream(&shared), ExpectedVersion::Any, vec![event(1)]),
                    part(&stream(&own), ExpectedVersion::Any, vec![tagged]),
                ];
                try_parts(&store, parts).await.expect("it is accepted");
            });
        }
        while let Some(done) = writers.join_next().await {
            done.expect("a writer does not panic");
            pages.push(query_page(store, &of_course, Position::START, ALL).await);
        }
    }

    let all = query_page(store, &of_course, Position::START, ALL).await;
    let all: Vec<_> = all.events.into_iter().map(|found| found.event.position).collect();
    assert_eq!(all.len(), WAVES * WRITERS, "all are found in the end");
    for page in pages {
        let held: HashSet<_> = page.events.iter().map(|found| found.event.position).collect();
        let late = all.iter().filter(|at| **at <= page.safe && !held.contains(at));
        assert_eq!(late.count(), 0, "nothing appears at or below `safe` afterwards");
    }
}

/// A tag says nothing twice: neither on an event nor in an item.
pub async fn a_tag_that_is_there_twice_counts_once<S: EventStore>(store: &S) {
    let twice = vec![about("opened", &["course:c1", "room:r1", "course:c1"])];
    let expected = ids(&twice);
    add(store, &stream("one"), twice).await;

    let found = find(store, [item(&[], &["course:c1"])]).await;
    assert_eq!(found, expected, "an event that has its tag twice is found once");
    let found = find(store, [item(&[], &["room:r1", "course:c1", "room:r1"])]).await;
    assert_eq!(found, expected, "an item that asks twice for a tag finds what has it once");
    let found = find(store, [item(&["opened", "opened"], &["course:c1"])]).await;
    assert_eq!(found, expected, "an item that asks twice for a type finds the event once");
}

/// Tags are folded neither in case nor in normal form, and neither the longest name nor the longest
/// value is cut.
pub async fn tags_are_compared_byte_by_byte<S: EventStore>(store: &S) {
    let (name, value) = ("n".repeat(Tag::NAME_MAX_BYTES), "v".repeat(Tag::VALUE_MAX_BYTES));
    let longest = format!("{name}:{value}");
    let shorter = &longest[..longest.len() - 1];
    let tags = [
        "course:c1",
        "Course:c1",
        "course:C1",
        "course:c1 ",
        "course: c1",
        "course:gr\u{f6}\u{df}e",
        "course:gro\u{308}\u{df}e",
        "course:数/🦀:%_",
        "course:a'da\"\\,{}",
        shorter,
        &longest,
    ];

    for tag in tags {
        let new = vec![about("opened", &[tag])];
        let expected = ids(&new);
        add(store, &stream("one"), new).await;
        let found = find(store, [item(&[], &[tag])]).await;
        assert_eq!(found, expected, "the tag {tag:?} finds its event and no other");
    }
    assert_eq!(read(store, &stream("one")).await.len(), tags.len(), "all are stored");
}

/// The ids of the events that match any of `items`, in the order of the log.
async fn find<S: EventStore, const ITEMS: usize>(
    store: &S,
    items: [QueryItem; ITEMS],
) -> Vec<EventId> {
    let page = query_page(store, &query(items), Position::START, ALL).await;
    page.events.into_iter().map(|found| found.event.id).collect()
}
