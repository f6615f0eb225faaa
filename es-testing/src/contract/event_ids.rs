//! An event id is stored once, wherever; an append that is sent again is answered and not repeated.

use es_core::{
    AppendError, Appended, Condition, EventId, EventStore, ExpectedVersion, Position, Version,
};
use tokio::task::JoinSet;

use super::dropping::give_up_after;
use super::subjects::{
    about, add, event, events, ids, item, part, query, read, recorded_ids, stream, try_append,
    try_on, try_parts, versions,
};

/// The same append again, though its expectation is broken by itself.
pub async fn an_append_that_is_sent_again_has_its_first_answer<S: EventStore>(store: &S) {
    let events = vec![event(1), event(2)];
    let none = ExpectedVersion::NoStream;
    let first =
        try_append(store, &stream("one"), none, events.clone()).await.expect("it is stored");
    add(store, &stream("one"), vec![event(3)]).await;

    let again = try_append(store, &stream("one"), none, events).await.expect("it is answered");

    assert!(again.already && !first.already, "only the second stored nothing");
    assert_eq!(again.streams, first.streams, "the first answer");
    let stored = versions(&read(store, &stream("one")).await);
    assert_eq!(stored, [1, 2, 3], "nothing is stored twice");
}

/// Each part has its first answer, in the order of the parts. A part without events stored nothing,
/// so it has no first answer: it is told where its stream is now.
pub async fn an_append_over_several_streams_has_its_first_answers<S: EventStore>(store: &S) {
    let read_only = stream("read-only");
    add(store, &read_only, events(1)).await;
    let parts = vec![
        part(&stream("two"), ExpectedVersion::NoStream, events(2)),
        part(&read_only, ExpectedVersion::Exact(Version(1)), vec![]),
        part(&stream("one"), ExpectedVersion::NoStream, events(1)),
    ];
    let first = try_parts(store, parts.clone()).await.expect("it is stored");
    for key in ["one", "two", "read-only"] {
        add(store, &stream(key), events(3)).await;
    }

    let again = try_parts(store, parts).await.expect("it is answered");

    assert!(again.already, "the second stored nothing");
    assert_eq!(again.streams.len(), 3, "one answer per part");
    assert_eq!(again.streams[0], first.streams[0], "the first answer of the first part");
    assert_eq!(again.streams[2], first.streams[2], "the first answer of the last part");
    let now = (&again.streams[1].stream, again.streams[1].version);
    assert_eq!(now, (&read_only, Version(4)), "a part without events is told the version now");
    assert!(again.streams[1].positions.is_empty(), "it has no position");
}

/// An append that is sent again is answered, even though its own events and later ones of others
/// match its condition by now.
pub async fn an_append_that_is_sent_again_does_not_break_its_condition<S: EventStore>(store: &S) {
    let opened = vec![about("opened", &["course:c1"])];
    let first = Condition::new(query([item(&[], &["course:c1"])]), Position::START);
    let parts = || vec![part(&stream("one"), ExpectedVersion::NoStream, opened.clone())];
    let stored = try_on(store, first.clone(), parts()).await.expect("it is stored");
    add(store, &stream("other"), vec![about("opened", &["course:c1"])]).await;

    let again = try_on(store, first, parts()).await;

    let again = again.expect("what it stored does not refuse it");
    assert!(again.already, "the second stored nothing");
    assert_eq!(again.streams, stored.streams, "the first answer");
}

/// The id is what is compared: what was stored first stays.
pub async fn an_append_that_is_sent_again_is_not_compared<S: EventStore>(store: &S) {
    let first = event(1);
    add(store, &stream("one"), vec![first.clone()]).await;

    let other = event(2).with_id(first.id);
    let again = try_append(store, &stream("one"), ExpectedVersion::Any, vec![other]).await;

    assert!(again.is_ok_and(|answer| answer.already), "it is answered");
    let stored: Vec<_> = read(store, &stream("one")).await.into_iter().map(|e| e.event).collect();
    assert_eq!(stored, [first.event], "what was stored first stays");
}

/// The same event again, in another stream.
pub async fn an_event_id_is_taken_once_in_the_store<S: EventStore>(store: &S) {
    let taken = event(1);
    add(store, &stream("one"), vec![taken.clone()]).await;

    let again = vec![taken.clone()];
    let answer = try_append(store, &stream("other"), ExpectedVersion::Any, again).await;

    expect_duplicate(answer, &[taken.id]);
    let stored = read(store, &stream("other")).await;
    assert_eq!(stored, [], "the second is not stored");
}

/// Fresh events beside a taken one are not stored either.
pub async fn a_taken_event_id_refuses_the_whole_append<S: EventStore>(store: &S) {
    let taken = event(1);
    add(store, &stream("one"), vec![taken.clone()]).await;

    let parts = vec![
        part(&stream("fresh"), ExpectedVersion::Any, vec![event(2)]),
        part(&stream("other"), ExpectedVersion::Any, vec![event(3), taken.clone()]),
    ];
    let answer = try_parts(store, parts).await;

    expect_duplicate(answer, &[taken.id]);
    for key in ["fresh", "other"] {
        let stored = read(store, &stream(key)).await;
        assert_eq!(stored, [], "a neighbour of a taken id is not stored");
    }
}

/// An append of which a part was stored is not that append: neither with a fresh event behind it,
/// nor with one before it, nor in another part.
pub async fn an_append_that_is_there_in_part_is_refused<S: EventStore>(store: &S) {
    let (one, two) = (event(1), event(2));
    let taken = [one.id, two.id];
    add(store, &stream("one"), vec![one.clone(), two.clone()]).await;

    for events in [vec![one.clone(), two.clone(), event(3)], vec![event(3), one.clone()]] {
        let answer = try_append(store, &stream("one"), ExpectedVersion::Any, events).await;
        expect_duplicate(answer, &taken);
    }
    let parts = vec![
        part(&stream("one"), ExpectedVersion::Any, vec![one, two]),
        part(&stream("other"), ExpectedVersion::Any, events(1)),
    ];
    expect_duplicate(try_parts(store, parts).await, &taken);

    let stored = recorded_ids(&read(store, &stream("one")).await);
    assert_eq!(stored, taken, "nothing is stored of an append that is there in part");
    assert_eq!(read(store, &stream("other")).await, [], "nor in its other streams");
}

/// The same events in another order, or each in the other's part, are another append.
pub async fn the_same_events_elsewhere_are_refused<S: EventStore>(store: &S) {
    let (left, right) = (vec![event(1), event(2)], vec![event(3)]);
    let taken = ids(&[left.clone(), right.clone()].concat());
    let parts = |left, right| {
        vec![
            part(&stream("left"), ExpectedVersion::Any, left),
            part(&stream("right"), ExpectedVersion::Any, right),
        ]
    };
    try_parts(store, parts(left.clone(), right.clone())).await.expect("it is stored");

    let swapped = try_parts(store, parts(right.clone(), left.clone())).await;
    let reversed = left.into_iter().rev().collect();
    let reversed = try_parts(store, parts(reversed, right)).await;

    expect_duplicate(swapped, &taken);
    expect_duplicate(reversed, &taken);
    let lengths =
        (read(store, &stream("left")).await.len(), read(store, &stream("right")).await.len());
    assert_eq!(lengths, (2, 1), "nothing is stored twice");
}

/// Several tasks send one append at once: one stores it, all others have its answer.
pub async fn of_twins_that_race_one_is_stored<S: EventStore>(store: &S) {
    const ROUNDS: usize = 15;
    const TWINS: usize = 6;

    for round in 0..ROUNDS {
        let parts = vec![
            part(&stream(&format!("left-{round}")), ExpectedVersion::NoStream, events(2)),
            part(&stream("right"), ExpectedVersion::Any, events(1)),
        ];
        let mut twins = JoinSet::new();
        for _ in 0..TWINS {
            let (store, parts) = (store.clone(), parts.clone());
            twins.spawn(async move { try_parts(&store, parts).await });
        }
        let answers: Result<Vec<_>, _> = twins.join_all().await.into_iter().collect();
        let answers = answers.expect("each twin is answered");
        let stored = answers.iter().filter(|answer| !answer.already).count();
        assert_eq!(stored, 1, "of {TWINS} twins one is stored");
        let same = answers.iter().all(|answer| answer.streams == answers[0].streams);
        assert!(same, "all twins have one answer");
    }

    let stored = read(store, &stream("right")).await.len();
    assert_eq!(stored, ROUNDS, "one a round is stored");
}

/// The caller gave up at any point where the append waited, and sends it again: it is stored once,
/// whatever became of the first.
pub async fn a_dropped_append_is_sent_again_and_stored_once<S: EventStore>(store: &S) {
    const TRIES: usize = 30;

    for nth in 0..TRIES {
        let parts = vec![
            part(&stream(&format!("own-{nth}")), ExpectedVersion::NoStream, events(2)),
            part(&stream("shared"), ExpectedVersion::Any, events(1)),
        ];
        give_up_after(nth, try_parts(store, parts.clone())).await;
        let again = try_parts(store, parts).await;
        assert!(again.is_ok(), "a dropped append is sent again: {again:?}");
    }

    let shared = versions(&read(store, &stream("shared")).await);
    assert_eq!(shared, (1..=TRIES as u64).collect::<Vec<_>>(), "each is stored once");
    for nth in 0..TRIES {
        let own = versions(&read(store, &stream(&format!("own-{nth}"))).await);
        assert_eq!(own, [1, 2], "with all its parts");
    }
}

fn expect_duplicate(answer: Result<Appended, AppendError>, taken: &[EventId]) {
    match answer {
        Err(AppendError::DuplicateEvent { id }) => {
            assert!(taken.contains(&id), "an id that is taken is named");
        }
        other => panic!("expected a duplicate event, but the answer is {other:?}"),
    }
}
