//! An event id is stored once, wherever.

use es_core::{AppendError, Appended, EventId, EventStore, ExpectedVersion};

use super::subjects::{add, event, part, read, stream, try_append, try_parts};

/// The same event again, in another stream.
pub async fn an_event_id_is_taken_once_in_the_store<S: EventStore>(store: &S) {
    let taken = event(1);
    add(store, &stream("one"), vec![taken.clone()]).await;

    let again = vec![taken.clone()];
    let answer = try_append(store, &stream("other"), ExpectedVersion::Any, again).await;

    expect_duplicate(answer, taken.id);
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

    expect_duplicate(answer, taken.id);
    for key in ["fresh", "other"] {
        let stored = read(store, &stream(key)).await;
        assert_eq!(stored, [], "a neighbour of a taken id is not stored");
    }
}

fn expect_duplicate(answer: Result<Appended, AppendError>, taken: EventId) {
    match answer {
        Err(AppendError::DuplicateEvent { id }) => assert_eq!(id, taken, "the id that is taken"),
        other => panic!("expected a duplicate event, but the answer is {other:?}"),
    }
}
