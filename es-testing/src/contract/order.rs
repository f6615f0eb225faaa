//! Positions and times rise with the versions of a stream.

use std::collections::HashSet;

use es_core::{EventStore, ExpectedVersion, Position, StreamId};
use tokio::task::JoinSet;

use super::subjects::{add, events, part, read, stream, try_parts, versions};

/// Appends to the same few streams from several tasks at once.
async fn append_from_many_tasks<S: EventStore>(store: &S) -> (Vec<StreamId>, Vec<Position>) {
    let streams: Vec<_> = ["a", "b", "c"].map(stream).into();
    let mut writers = JoinSet::new();
    for writer in 0..6 {
        let (store, streams) = (store.clone(), streams.clone());
        writers.spawn(async move {
            let mut positions = Vec::new();
            for turn in 0..15 {
                let stream = &streams[(writer + turn) % streams.len()];
                let appended = add(&store, stream, events(1 + turn % 3)).await;
                positions.extend(appended.streams.into_iter().flat_map(|s| s.positions));
            }
            positions
        });
    }
    let positions = writers.join_all().await;
    (streams, positions.into_iter().flatten().collect())
}

/// Positions rise and are given once, however many tasks append at once.
pub async fn positions_rise_and_are_never_given_twice<S: EventStore>(store: &S) {
    let (streams, given) = append_from_many_tasks(store).await;

    let distinct: HashSet<_> = given.iter().collect();
    assert_eq!(distinct.len(), given.len(), "no position is given twice");
    assert!(!distinct.contains(&Position::START), "positions begin at 1");
    for stream in streams {
        let stored = read(store, &stream).await;
        let rises = stored.is_sorted_by(|one, next| one.position < next.position);
        assert!(rises, "positions rise along `{stream}`");
        let counted: Vec<_> = (1..=stored.len() as u64).collect();
        assert_eq!(versions(&stored), counted, "versions have no gap");
    }
}

/// Time never goes back along a stream, however many tasks append at once.
///
/// The clock of a store cannot be set from here. This finds a store that takes the time too early,
/// before it has its place in the stream, and one that stores or reads another time than it took;
/// on a machine whose clock only goes forward it does not find a store that trusts a clock which
/// goes back. That is for the store's own tests, which reach its clock: it should never record an
/// earlier time than that of the event before.
pub async fn time_never_goes_back_along_a_stream<S: EventStore>(store: &S) {
    let (streams, _) = append_from_many_tasks(store).await;

    for stream in streams {
        let stored = read(store, &stream).await;
        let rises = stored.is_sorted_by_key(|event| event.recorded_at);
        assert!(rises, "time does not go back along `{stream}`");
    }
}

/// Appends over the same streams, named in opposite order, do not lock each other out.
pub async fn appends_that_cross_all_succeed<S: EventStore>(store: &S) {
    const EACH: usize = 40;

    let mut writers = JoinSet::new();
    for (first, second) in [("a", "b"), ("b", "a"), ("b", "c"), ("c", "a")] {
        let store = store.clone();
        writers.spawn(async move {
            for _ in 0..EACH {
                let parts = vec![
                    part(&stream(first), ExpectedVersion::Any, events(1)),
                    part(&stream(second), ExpectedVersion::Any, events(1)),
                ];
                let answer = try_parts(&store, parts).await;
                assert!(answer.is_ok(), "an append that crosses others: {answer:?}");
            }
        });
    }
    writers.join_all().await;

    let lengths = [
        read(store, &stream("a")).await.len(),
        read(store, &stream("b")).await.len(),
        read(store, &stream("c")).await.len(),
    ];
    assert_eq!(lengths, [3 * EACH, 3 * EACH, 2 * EACH], "all are stored");
}
