//! An append stores what it was given, all of it, where it says.

use es_core::{
    Actor, CausationId, CorrelationId, EventName, EventStore, ExpectedVersion, Metadata, NewEvent,
    Payload, RawEvent, SchemaVersion, Tenant, TraceParent, TraceState, Version,
};

use super::subjects::{
    add, event, events, ids, log_up_to, part, read, recorded_ids, stream, try_append, try_parts,
    versions, with_payload,
};

/// The events of every part of an append are there afterwards.
pub async fn all_parts_are_stored<S: EventStore>(store: &S) {
    let (one, other) = (events(2), events(3));

    let parts = vec![
        part(&stream("one"), ExpectedVersion::NoStream, one.clone()),
        part(&stream("other"), ExpectedVersion::Any, other.clone()),
    ];
    try_parts(store, parts).await.expect("it is accepted");

    let stored = recorded_ids(&read(store, &stream("one")).await);
    assert_eq!(stored, ids(&one), "the first part is stored");
    let stored = recorded_ids(&read(store, &stream("other")).await);
    assert_eq!(stored, ids(&other), "the second part is stored");
}

/// Versions go 1, 2, 3 along a stream, within an append and from one to the next.
pub async fn versions_count_from_one_without_gaps<S: EventStore>(store: &S) {
    let one = stream("one");

    add(store, &one, events(2)).await;
    add(store, &stream("other"), events(1)).await;
    add(store, &one, events(3)).await;
    add(store, &one, events(1)).await;

    let stored = versions(&read(store, &one).await);
    assert_eq!(stored, [1, 2, 3, 4, 5, 6], "versions count from 1");
}

/// Version, positions and time in the answer are those under which the events are read.
pub async fn the_answer_is_what_is_read_back<S: EventStore>(store: &S) {
    let (one, other) = (stream("one"), stream("other"));
    add(store, &other, events(1)).await;

    let parts = vec![
        part(&one, ExpectedVersion::Any, events(2)),
        part(&other, ExpectedVersion::Any, events(3)),
    ];
    let appended = try_parts(store, parts).await.expect("it is accepted");

    assert_eq!(appended.streams.len(), 2, "one answer per part");
    let expected = [(one, Version(2)), (other, Version(4))];
    for (answer, (stream, version)) in appended.streams.iter().zip(expected) {
        assert_eq!(answer.stream, stream, "the answers are in order");
        assert_eq!(answer.version, version, "the answered version");
        let stored = read(store, &stream).await;
        let new = &stored[stored.len() - answer.positions.len()..];
        let positions: Vec<_> = new.iter().map(|event| event.position).collect();
        assert_eq!(answer.positions, positions, "the answered positions");
        let same_time = new.iter().all(|e| e.recorded_at == answer.recorded_at);
        assert!(same_time, "the answered time is the recorded time");
    }
}

/// The id, the name, the shape version and the payload are kept to the byte, whatever JSON it is.
pub async fn an_event_comes_back_as_it_went_in<S: EventStore>(store: &S) {
    let payload = r#"{ "zero": "\u0000", "text": "größe \"ß\" 数 🦀\n", "large": 18446744073709551615,
        "b": 1.10, "a": [null, {}], "b": 2 }"#;
    let raw = RawEvent::new(
        EventName::new("a.name-with_all.3").expect("a name"),
        SchemaVersion(7),
        Payload::parse(payload).expect("JSON"),
    );
    let new = NewEvent::new(raw, Metadata::default());

    let appended = add(store, &stream("one"), vec![new.clone()]).await;

    let from_stream = read(store, &stream("one")).await;
    let from_log = log_up_to(store, &appended).await;
    for stored in from_stream.iter().chain(&from_log) {
        assert_eq!(stored.id, new.id, "the id comes back");
        assert_eq!(stored.event, new.event, "name, version and payload come back");
    }
    assert_eq!((from_stream.len(), from_log.len()), (1, 1), "it is read");
}

/// The metadata of each event is kept in full, and is its own.
pub async fn metadata_comes_back_as_it_went_in<S: EventStore>(store: &S) {
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let full = Metadata::default()
        .with_correlation_id(CorrelationId::new("request 7 — größe").expect("a line"))
        .with_causation_id(CausationId::new("🦀").expect("a line"))
        .with_actor(Actor::new("ada \"the first\"").expect("a line"))
        .with_tenant(Tenant::new("tenant/1").expect("a line"))
        .with_trace(
            TraceParent::new(trace).expect("a traceparent"),
            Some(TraceState::new("vendor=value").expect("a line")),
        )
        .with_header("größe", "\\u0000 is no NUL")
        .expect("a header")
        .with_header("longest", &"x".repeat(4096))
        .expect("a header");
    let mut with_metadata = event(1);
    with_metadata.metadata = full.clone();

    let appended = add(store, &stream("one"), vec![with_metadata, event(2)]).await;

    let expected = [full, Metadata::default()];
    let from_stream = read(store, &stream("one")).await;
    let stored: Vec<_> = from_stream.into_iter().map(|e| e.metadata).collect();
    assert_eq!(stored, expected, "metadata comes back from the stream");
    let from_log = log_up_to(store, &appended).await;
    let stored: Vec<_> = from_log.into_iter().map(|e| e.metadata).collect();
    assert_eq!(stored, expected, "metadata comes back from the log");
}

/// Keys are folded neither in case nor in normal form nor in blanks, and the longest is not cut.
pub async fn keys_are_compared_byte_by_byte<S: EventStore>(store: &S) {
    let longest = "x".repeat(512);
    let keys = [
        "ada",
        "Ada",
        "ada ",
        " ada",
        "gr\u{f6}\u{df}e",
        "gro\u{308}\u{df}e",
        "数/🦀",
        "%",
        "a'da\"\\",
        &longest[..511],
        &longest,
    ];

    for key in keys {
        try_append(store, &stream(key), ExpectedVersion::NoStream, events(1))
            .await
            .unwrap_or_else(|error| panic!("the key {key:?} is a stream of its own: {error:?}"));
    }

    for key in keys {
        let stored = read(store, &stream(key)).await;
        assert_eq!(versions(&stored), [1], "the stream of {key:?} has its event");
        assert_eq!(stored[0].stream, stream(key), "the key comes back");
    }
}

/// An append without events is answered with the version of the stream, and with no position.
pub async fn a_part_without_events_stores_nothing<S: EventStore>(store: &S) {
    let (read_only, written) = (stream("read-only"), stream("written"));
    add(store, &read_only, events(2)).await;

    let parts = vec![
        part(&read_only, ExpectedVersion::Exact(Version(2)), vec![]),
        part(&written, ExpectedVersion::Any, events(1)),
        part(&stream("missing"), ExpectedVersion::NoStream, vec![]),
    ];
    let appended = try_parts(store, parts).await.expect("it is accepted");

    let answered: Vec<_> = appended.streams.iter().map(|s| s.version.0).collect();
    assert_eq!(answered, [2, 1, 0], "the answered versions");
    assert!(appended.streams[0].positions.is_empty(), "no position");
    let stored = read(store, &read_only).await.len();
    assert_eq!(stored, 2, "nothing is stored for a part without events");
    let missing = read(store, &stream("missing")).await;
    assert_eq!(missing, [], "a precondition makes no stream");
}

/// A part without events and nothing else: there is a stream, or there is none, and that is all.
pub async fn an_append_without_events_is_answered<S: EventStore>(store: &S) {
    add(store, &stream("one"), events(2)).await;

    let parts = |key| vec![part(&stream(key), ExpectedVersion::Any, vec![])];
    let existing = try_parts(store, parts("one")).await.expect("it is accepted");
    let missing = try_parts(store, parts("missing")).await.expect("it is accepted");

    let answered = (existing.streams[0].version.0, missing.streams[0].version.0);
    assert_eq!(answered, (2, 0), "the versions that the streams have");
    assert_eq!((existing.position(), missing.position()), (None, None), "no position");
    assert_eq!(read(store, &stream("missing")).await, [], "nothing is stored");
}

/// An append of the size of an import stores all its streams, at the places that it answers.
pub async fn one_append_may_hold_ten_thousand_streams<S: EventStore>(store: &S) {
    const STREAMS: usize = 10_000;

    let parts: Vec<_> = (0..STREAMS)
        .map(|nth| part(&stream(&nth.to_string()), ExpectedVersion::NoStream, vec![event(nth)]))
        .collect();
    let new: Vec<_> = parts.iter().map(|part| part.events[0].id).collect();

    let appended = try_parts(store, parts).await.expect("it is accepted");

    let streams: Vec<_> = appended.streams.iter().map(|part| part.version.0).collect();
    assert_eq!(streams, vec![1; STREAMS], "one answer per stream");
    let positions: Vec<_> = appended.streams.iter().map(|part| part.positions[0]).collect();
    let mut log = log_up_to(store, &appended).await;
    log.sort_unstable_by_key(|event| event.stream.key().as_str().parse::<usize>().ok());
    assert_eq!(recorded_ids(&log), new, "every stream has its event");
    let stored: Vec<_> = log.iter().map(|event| event.position).collect();
    assert_eq!(positions, stored, "at the answered position");
}

/// The longest payload that there may be, to the byte.
pub async fn a_payload_at_the_limit_is_stored<S: EventStore>(store: &S) {
    let longest = format!("\"{}\"", "x".repeat(Payload::MAX_BYTES - 2));
    let new = with_payload(&longest);

    add(store, &stream("one"), vec![event(1), new, event(2)]).await;

    let stored = read(store, &stream("one")).await;
    assert_eq!(versions(&stored), [1, 2, 3], "it is stored between its neighbours");
    let same = stored[1].event.payload.as_str() == longest;
    assert!(same, "the longest payload comes back");
}
