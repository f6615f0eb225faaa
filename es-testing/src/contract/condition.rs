//! A condition refuses an append for what its decision has not seen, and for nothing else.

use es_core::{Condition, EventStore, ExpectedVersion, Position, QueryItem, StreamAppend};

use super::subjects::{
    about, add, broken_condition, conflict, event, events, item, part, query, read, stream, try_on,
};

/// An event with the tag breaks the condition, of any type and in any stream; an event with another
/// tag does not.
pub async fn an_event_with_the_tag_refuses_an_append<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;

    assert!(is_refused(store, [item(&[], &["course:c1"])]).await, "its tag");
    assert!(!is_refused(store, [item(&[], &["course:c2"])]).await, "another value");
    assert!(!is_refused(store, [item(&[], &["student:c1"])]).await, "another name");
}

/// An event of any of the types, with and without tags.
pub async fn an_event_of_the_type_refuses_an_append<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &[])]).await;
    add(store, &stream("one"), vec![about("moved", &["course:c1"])]).await;

    assert!(is_refused(store, [item(&["opened"], &[])]).await, "the type of an untagged event");
    assert!(is_refused(store, [item(&["moved"], &[])]).await, "the type of a tagged event");
    assert!(is_refused(store, [item(&["closed", "moved"], &[])]).await, "one of two types");
    assert!(!is_refused(store, [item(&["closed"], &[])]).await, "another type");
}

/// An item with types and tags asks for any of the types and for all of the tags.
pub async fn an_item_is_broken_by_an_event_that_has_all_it_asks_for<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c1", "student:s1"])]).await;
    add(store, &stream("one"), vec![about("closed", &["course:c2"])]).await;

    let both = ["student:s1", "course:c1"];
    assert!(is_refused(store, [item(&["opened"], &["course:c1"])]).await, "type and tag");
    assert!(is_refused(store, [item(&[], &both)]).await, "both tags");
    assert!(is_refused(store, [item(&["closed", "opened"], &both)]).await, "all of it");
    assert!(!is_refused(store, [item(&["closed"], &["course:c1"])]).await, "another's type");
    assert!(
        !is_refused(store, [item(&[], &["course:c1", "course:c2"])]).await,
        "tags of two events"
    );
    assert!(!is_refused(store, [item(&["opened"], &["course:c2"])]).await, "another's tag");
}

/// A query of several items is broken by an event that matches any of them.
pub async fn any_item_refuses_an_append<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;

    let (hit, miss) = (item(&[], &["course:c1"]), item(&["closed"], &["course:c1"]));
    assert!(is_refused(store, [hit.clone(), miss.clone()]).await, "the first item");
    assert!(is_refused(store, [miss.clone(), hit]).await, "the second item");
    assert!(!is_refused(store, [miss.clone(), miss]).await, "neither item");
}

/// An event that the decision lists as known does not refuse it; one that it does not list does.
pub async fn a_known_event_refuses_nothing<S: EventStore>(store: &S) {
    let of_course = query([item(&[], &["course:c1"])]);
    let mut known = Vec::new();
    for turn in 0..2 {
        let new = vec![about("opened", &["course:c1"])];
        known.push(add(store, &stream("one"), new).await.position().expect("one event"));
        let seen = Condition::new(of_course.clone(), Position::START).with_known(known.clone());

        let met = try_on(store, seen, vec![written(turn)]).await;
        let first_only = Condition::new(of_course.clone(), Position::START);
        let unseen = first_only.with_known(known[..turn].to_vec());
        let failed = broken_condition(try_on(store, unseen, vec![written(turn + 2)]).await);

        assert!(met.is_ok(), "an event that the decision has seen: {met:?}");
        assert_eq!(failed.position, known[turn], "the event that it has not seen");
    }
}

/// `after` excludes the position that it names, as a cursor does.
pub async fn an_event_up_to_after_refuses_nothing<S: EventStore>(store: &S) {
    let of_course = query([item(&[], &["course:c1"])]);
    let new = || vec![about("opened", &["course:c1"])];
    let first = add(store, &stream("one"), new()).await.position().expect("one event");
    let second = add(store, &stream("one"), new()).await.position().expect("one event");

    let at = Condition::new(of_course.clone(), second);
    let met = try_on(store, at, vec![written(1)]).await;
    assert!(met.is_ok(), "an event at `after`: {met:?}");

    let before = Condition::new(of_course.clone(), first);
    let failed = broken_condition(try_on(store, before, vec![written(2)]).await);
    assert_eq!(failed.position, second, "the event after `after`");

    let beyond = Condition::new(of_course, Position::MAX);
    let met = try_on(store, beyond, vec![written(3)]).await;
    assert!(met.is_ok(), "nothing is beyond the highest position: {met:?}");
}

/// An append may write what it forbids: "the first of its kind".
pub async fn the_events_of_the_append_itself_do_not_count<S: EventStore>(store: &S) {
    let first = || Condition::new(query([item(&["opened"], &["course:c1"])]), Position::START);
    let opened = |key| {
        let new = (0..2).map(|_| about("opened", &["course:c1"])).collect();
        vec![part(&stream(key), ExpectedVersion::Any, new)]
    };

    let met = try_on(store, first(), opened("one")).await;
    let again = try_on(store, first(), opened("other")).await;

    assert!(met.is_ok(), "its own events: {met:?}");
    broken_condition(again);
}

/// The event that is named matches, and the decision has not seen it.
pub async fn a_broken_condition_names_an_event_that_matches<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c2"])]).await;
    let seen = add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;
    let unseen = add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;
    add(store, &stream("one"), vec![about("opened", &["course:c2"])]).await;

    let after = seen.position().expect("one event");
    let condition = Condition::new(query([item(&["opened"], &["course:c1"])]), after);
    let failed = broken_condition(try_on(store, condition, vec![written(1)]).await);

    let position = unseen.position().expect("one event");
    assert_eq!(failed.position, position, "the event that refuses");
}

/// An append whose condition is broken writes none of its streams, in any order of them.
pub async fn a_broken_condition_stores_nothing<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;

    let parts = ["one", "two", "three"]
        .map(|key| part(&stream(key), ExpectedVersion::Any, vec![event(1), event(2)]));
    let condition = Condition::new(query([item(&[], &["course:c1"])]), Position::START);
    broken_condition(try_on(store, condition, parts.into()).await);

    for (key, events) in [("one", 1), ("two", 0), ("three", 0)] {
        let stored = read(store, &stream(key)).await.len();
        assert_eq!(stored, events, "a broken condition stores nothing in `{key}`");
    }
}

/// An append without events is a pure question: it is answered, and nothing is stored.
pub async fn an_append_without_events_requires_its_condition_too<S: EventStore>(store: &S) {
    add(store, &stream("one"), vec![about("opened", &["course:c1"])]).await;
    let nothing = || vec![part(&stream("none"), ExpectedVersion::NoStream, vec![])];

    let broken = Condition::new(query([item(&[], &["course:c1"])]), Position::START);
    let met = Condition::new(query([item(&[], &["course:c2"])]), Position::START);

    broken_condition(try_on(store, broken, nothing()).await);
    let met = try_on(store, met, nothing()).await;
    assert!(met.is_ok(), "a condition that holds: {met:?}");
}

/// A condition that holds does not cure a version that does not.
pub async fn a_condition_that_holds_leaves_versions_in_force<S: EventStore>(store: &S) {
    add(store, &stream("one"), events(1)).await;

    let condition = Condition::new(query([item(&[], &["course:c1"])]), Position::START);
    let parts = vec![part(&stream("one"), ExpectedVersion::NoStream, events(1))];
    let answer = try_on(store, condition, parts).await;

    conflict(answer);
    assert_eq!(read(store, &stream("one")).await.len(), 1, "nothing is stored");
}

/// True if the condition "no event matches these items" refuses an append; stores the append if
/// not.
async fn is_refused<S: EventStore, const ITEMS: usize>(
    store: &S,
    items: [QueryItem; ITEMS],
) -> bool {
    let condition = Condition::new(query(items), Position::START);
    match try_on(store, condition, vec![written(1)]).await {
        Ok(_) => false,
        refused => {
            broken_condition(refused);
            true
        }
    }
}

/// One event of a type and without a tag that no query here asks for.
fn written(number: usize) -> StreamAppend {
    part(&stream("written"), ExpectedVersion::Any, vec![event(number)])
}
