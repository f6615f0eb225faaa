//! Appends that arrive together: each is answered for itself, in whatever way the store groups
//! them.

use std::collections::HashSet;

use es_core::{AppendError, Condition, Cursor, EventStore, ExpectedVersion, Position, Version};
use tokio::task::JoinSet;

use super::subjects::{
    ALL, about, add, conflict, event, events, exact, ids, item, page, part, query, read,
    recorded_ids, stream, try_append, try_on, try_parts, versions,
};

/// The number of appends that arrive together: more than a store would simply store one by one.
const CROWD: usize = 120;

/// The answer to an append has the version, the positions and the time of its own events.
pub async fn each_append_has_its_own_answer<S: EventStore>(store: &S) {
    let mut writers = JoinSet::new();
    for writer in 0..CROWD {
        let store = store.clone();
        writers.spawn(async move {
            let own = stream(&format!("own-{writer}"));
            let new = events(1 + writer % 4);
            let appended = try_append(&store, &own, ExpectedVersion::NoStream, new.clone()).await;
            (own, new, appended.expect("its stream is its own"))
        });
    }

    while let Some(done) = writers.join_next().await {
        let (own, new, appended) = done.expect("a writer does not panic");
        let stored = read(store, &own).await;
        assert_eq!(recorded_ids(&stored), ids(&new), "its own events");
        let [answer] = &appended.streams[..] else { panic!("one answer for one part") };
        let positions: Vec<_> = stored.iter().map(|event| event.position).collect();
        let expected = (&own, Version(new.len() as u64), &positions, stored[0].recorded_at);
        let answered = (&answer.stream, answer.version, &answer.positions, answer.recorded_at);
        assert_eq!(answered, expected, "the answer is its own");
    }
}

/// A refusal of any kind hits the append that deserves it, and no other.
pub async fn a_refusal_harms_no_neighbour<S: EventStore>(store: &S) {
    let taken = about("opened", &["course:c1"]);
    add(store, &stream("taken"), vec![taken.clone()]).await;
    let mut writers = JoinSet::new();
    for writer in 0..CROWD {
        let (store, taken) = (store.clone(), taken.clone());
        writers.spawn(async move {
            let own = stream(&format!("own-{writer}"));
            match writer % 6 {
                0 => {
                    let lost = try_append(&store, &stream("taken"), exact(0), events(1)).await;
                    matches!(lost, Err(AppendError::Conflict(told)) if told.actual == Version(1))
                }
                1 => {
                    let lost = try_append(&store, &own, exact(0), vec![taken.clone()]).await;
                    matches!(lost, Err(AppendError::DuplicateEvent { id }) if id == taken.id)
                }
                2 => {
                    let first = query([item(&[], &["course:c1"])]);
                    let parts = vec![part(&own, exact(0), events(1))];
                    let lost = try_on(&store, Condition::new(first, Position::START), parts).await;
                    matches!(lost, Err(AppendError::Condition(_)))
                }
                _ => try_append(&store, &own, exact(0), events(2)).await.is_ok(),
            }
        });
    }

    while let Some(as_it_should) = writers.join_next().await {
        let as_it_should = as_it_should.expect("a writer does not panic");
        assert!(as_it_should, "each append of a crowd has the verdict that it would have alone");
    }
    assert_eq!(read(store, &stream("taken")).await.len(), 1, "what was refused is not stored");
    for writer in 0..CROWD {
        let stored = versions(&read(store, &stream(&format!("own-{writer}"))).await);
        let expected = if writer % 6 < 3 { vec![] } else { vec![1, 2] };
        assert_eq!(stored, expected, "writer {writer} has what it was told");
    }
}

/// Each of many appends to one stream at any version is stored, once and in one piece.
pub async fn all_that_meet_on_one_stream_are_stored<S: EventStore>(store: &S) {
    let mut writers = JoinSet::new();
    for writer in 0..CROWD {
        let store = store.clone();
        writers.spawn(async move {
            let new = vec![event(writer), event(writer)];
            let appended = add(&store, &stream("one"), new.clone()).await;
            (ids(&new), appended.streams[0].version)
        });
    }
    let answers = writers.join_all().await;

    let stored = recorded_ids(&read(store, &stream("one")).await);
    assert_eq!(stored.len(), 2 * CROWD, "each is stored once");
    let answered: HashSet<_> = answers.iter().map(|(_, version)| *version).collect();
    assert_eq!(answered.len(), CROWD, "no two have the same place");
    for (new, Version(version)) in answers {
        let end = usize::try_from(version).expect("a small version");
        assert_eq!(stored[end - 2..end], new, "an append is where its answer says");
    }
}

/// An append to several streams is stored in all of them or in none, and answered part by part, whatever
/// it meets: neighbours, appends to one of its streams, and others that are refused.
pub async fn an_append_to_several_streams_is_whole<S: EventStore>(store: &S) {
    const SHARED: usize = 5;

    let mut writers = JoinSet::new();
    for writer in 0..CROWD {
        let store = store.clone();
        writers.spawn(async move {
            let own = |nth| stream(&format!("own-{writer}-{nth}"));
            let mut parts: Vec<_> = (0..=writer % 3)
                .map(|nth| part(&own(nth), ExpectedVersion::NoStream, events(1 + nth)))
                .collect();
            let shared = stream(&format!("shared-{}", writer % SHARED));
            parts.push(part(&shared, ExpectedVersion::Any, events(1)));
            let is_refused = writer % 4 == 0;
            if is_refused {
                parts.push(part(&stream("never"), exact(7), events(1)));
            }
            let places = parts.len();
            parts.rotate_left(writer % places);
            let answer = try_parts(&store, parts.clone()).await;
            (parts, is_refused, answer)
        });
    }

    let mut accepted = 0;
    while let Some(done) = writers.join_next().await {
        let (parts, is_refused, answer) = done.expect("a writer does not panic");
        if is_refused {
            assert_eq!(conflict(answer).stream, stream("never"), "the conflict is its own");
            for part in parts.iter().filter(|part| part.stream.key().as_str().starts_with("own")) {
                let stored = read(store, &part.stream).await;
                assert_eq!(stored, [], "nothing is stored beside a conflict");
            }
            continue;
        }
        accepted += 1;
        let appended = answer.expect("nothing is in its way");
        assert_eq!(appended.streams.len(), parts.len(), "one answer per part");
        for (part, answer) in parts.iter().zip(appended.streams) {
            let before = Version(answer.version.0 - part.events.len() as u64);
            let stored = page(store, &part.stream, Cursor::After(before), ALL).await;
            let stored = &stored[..part.events.len()];
            assert_eq!(recorded_ids(stored), ids(&part.events), "each part is where it says");
            let positions: Vec<_> = stored.iter().map(|event| event.position).collect();
            assert_eq!((answer.stream, answer.positions), (part.stream.clone(), positions));
        }
    }
    let mut shared = 0;
    for nth in 0..SHARED {
        let stored = read(store, &stream(&format!("shared-{nth}"))).await;
        let counted: Vec<_> = (1..=stored.len() as u64).collect();
        assert_eq!(versions(&stored), counted, "versions have no gap");
        let rises = stored.is_sorted_by(|one, next| one.position < next.position);
        assert!(rises, "positions rise along a stream");
        shared += stored.len();
    }
    assert_eq!(shared, accepted, "what is refused is not stored in a stream that is shared");
}
