//! Imported events keep the instant that they bring, and time never goes back along a stream.

use es_core::{AppendError, EventStore, ExpectedVersion, NewEvent, Timestamp};

use super::subjects::{add, event, exact, part, read, stream, try_append, try_parts};

/// The instant that many days after the beginning of 2019.
fn day(days: i64) -> Timestamp {
    Timestamp::from_unix_micros(1_546_300_800_000_000 + days * 86_400_000_000 + 7)
}

fn imported(days: i64) -> NewEvent {
    event(1).with_recorded_at(day(days))
}

/// An imported event keeps its instant to the microsecond, in one stream or in several; other
/// events have the time of now.
pub async fn an_imported_event_keeps_its_instant<S: EventStore>(store: &S) {
    let (one, other) = (stream("one"), stream("other"));
    let parts = vec![
        part(&one, ExpectedVersion::NoStream, vec![imported(1), imported(1), imported(4)]),
        part(&other, ExpectedVersion::NoStream, vec![imported(2)]),
    ];

    let appended = try_parts(store, parts).await.expect("a history can be imported");
    let later = add(store, &other, vec![imported(3)]).await;
    add(store, &other, vec![event(2)]).await;

    let instants = async |of| {
        let stored = read(store, of).await;
        stored.into_iter().map(|event| event.recorded_at).collect::<Vec<_>>()
    };
    assert_eq!(instants(&one).await, [day(1), day(1), day(4)], "each event keeps its instant");
    assert_eq!(instants(&other).await[..2], [day(2), day(3)], "in every stream");
    assert!(instants(&other).await[2] > day(365), "what happens now has the time of now");
    let answered: Vec<_> = appended.streams.iter().map(|stream| stream.recorded_at).collect();
    assert_eq!(answered, [day(4), day(2)], "the answer has the instants of the last events");
    assert_eq!(later.streams[0].recorded_at, day(3), "the answer has the instant of the event");
}

/// An append that is refused stores nothing, whatever it is made of.
pub async fn an_instant_that_goes_back_along_a_stream_is_refused<S: EventStore>(store: &S) {
    let (one, other) = (stream("one"), stream("other"));
    add(store, &one, vec![imported(4)]).await;

    let alone = try_append(store, &one, exact(1), vec![imported(3), imported(9)]).await;
    let parts = vec![
        part(&other, ExpectedVersion::NoStream, vec![imported(1)]),
        part(&one, ExpectedVersion::Any, vec![imported(3)]),
    ];
    let with_another = try_parts(store, parts).await;

    for answer in [alone, with_another] {
        let Err(AppendError::TimeGoesBack { stream, at, last, .. }) = answer else {
            panic!("an instant that goes back is refused by name: {answer:?}");
        };
        assert_eq!((stream, at, last), (one.clone(), day(3), day(4)), "it says what goes back");
    }
    assert_eq!(read(store, &one).await.len(), 1, "nothing is stored");
    assert_eq!(read(store, &other).await.len(), 0, "nothing is stored in any stream");
    add(store, &one, vec![imported(4)]).await;
}

/// An instant in the future, by the clock of the store, is refused.
pub async fn an_instant_that_is_yet_to_come_is_refused<S: EventStore>(store: &S) {
    let one = stream("one");
    let tomorrow = Timestamp::from_unix_micros(Timestamp::now().unix_micros() + 86_400_000_000);

    let events = vec![imported(1), event(2).with_recorded_at(tomorrow)];
    let answer = try_append(store, &one, ExpectedVersion::Any, events).await;

    let Err(AppendError::TimeToCome { stream, at, .. }) = answer else {
        panic!("an instant that is yet to come is refused by name: {answer:?}");
    };
    assert_eq!((stream, at), (one.clone(), tomorrow));
    assert_eq!(read(store, &one).await.len(), 0, "nothing is stored");
}
