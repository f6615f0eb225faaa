//! Conflicts: one of several appends that rely on the same version succeeds, the others learn why
//! not.

use es_core::{EventStore, ExpectedVersion, Version};
use tokio::task::JoinSet;

use super::subjects::{
    add, conflict, event, events, exact, log_up_to, part, read, stream, try_append, try_parts,
    versions,
};

/// The loser learns where the stream is, not only that it lost.
pub async fn a_conflict_names_stream_expected_and_actual_version<S: EventStore>(store: &S) {
    let (fine, wrong) = (stream("fine"), stream("wrong"));
    add(store, &wrong, events(3)).await;

    let parts =
        vec![part(&fine, ExpectedVersion::NoStream, events(1)), part(&wrong, exact(2), events(1))];
    let conflict = conflict(try_parts(store, parts).await);

    assert_eq!(conflict.stream, wrong, "the stream of the conflict");
    assert_eq!(conflict.expected, exact(2), "what was expected");
    assert_eq!(conflict.actual, Version(3), "the actual version");
}

/// A refused append is neither in the stream nor in the log.
pub async fn a_conflict_stores_nothing<S: EventStore>(store: &S) {
    let one = stream("one");
    add(store, &one, events(1)).await;

    let _refused = try_append(store, &one, exact(0), events(2)).await;

    let last = add(store, &one, events(1)).await;
    let stored = versions(&read(store, &one).await);
    assert_eq!(stored, [1, 2], "the refused events are not in the stream");
    let logged = log_up_to(store, &last).await.len();
    assert_eq!(logged, 2, "the refused events are not in the log");
}

/// A conflict in the first part or in the last refuses all parts.
pub async fn one_conflicting_part_refuses_the_whole_append<S: EventStore>(store: &S) {
    let (one, other, wrong) = (stream("one"), stream("other"), stream("wrong"));

    for wrong_one_first in [true, false] {
        let mut parts = vec![
            part(&one, ExpectedVersion::Any, events(1)),
            part(&other, ExpectedVersion::NoStream, events(2)),
            part(&wrong, ExpectedVersion::StreamExists, events(1)),
        ];
        if wrong_one_first {
            parts.reverse();
        }
        let conflict = conflict(try_parts(store, parts).await);
        assert_eq!(conflict.stream, wrong, "the stream of the conflict");
    }

    for stream in [one, other, wrong] {
        let stored = read(store, &stream).await;
        assert_eq!(stored, [], "a neighbour of a conflict is not stored");
    }
}

/// One of many writers that expect the same version of one stream at once succeeds, in every round.
pub async fn two_writers_one_winner<S: EventStore>(store: &S) {
    const ROUNDS: u64 = 20;
    const WRITERS: usize = 8;

    for round in 0..ROUNDS {
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            let store = store.clone();
            writers.spawn(async move {
                let new = vec![event(writer)];
                try_append(&store, &stream("one"), exact(round), new).await
            });
        }
        let mut winners = 0;
        while let Some(answer) = writers.join_next().await {
            match answer.expect("a writer does not panic") {
                Ok(_) => winners += 1,
                lost => {
                    let actual = conflict(lost).actual;
                    assert_eq!(actual, Version(round + 1), "the loser learns the version");
                }
            }
        }
        assert_eq!(winners, 1, "of {WRITERS} writers one wins");
    }

    let stored = versions(&read(store, &stream("one")).await);
    assert_eq!(stored, (1..=ROUNDS).collect::<Vec<_>>(), "one a round");
}

/// One relies on what the other writes and the reverse, in parts without events:
///
/// ```text
/// writer 1   requires left at 0    writes right
/// writer 2   requires right at 0   writes left
/// ```
///
/// Whoever is second must see the first; if both succeed, each relied on what was no longer so.
pub async fn two_appends_that_rely_on_each_other_never_both_succeed<S: EventStore>(store: &S) {
    for round in 0..50 {
        let (left, right) = (stream(&format!("left-{round}")), stream(&format!("right-{round}")));
        let mut writers = JoinSet::new();
        for (relied_on, written) in [(left.clone(), right.clone()), (right, left)] {
            let store = store.clone();
            writers.spawn(async move {
                let parts = vec![
                    part(&relied_on, exact(0), vec![]),
                    part(&written, ExpectedVersion::Any, events(1)),
                ];
                try_parts(&store, parts).await
            });
        }
        let mut winners = 0;
        while let Some(answer) = writers.join_next().await {
            match answer.expect("a writer does not panic") {
                Ok(_) => winners += 1,
                lost => drop(conflict(lost)),
            }
        }
        assert_eq!(winners, 1, "of two that rely on each other one succeeds");
    }
}
