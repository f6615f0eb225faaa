//! Streams and events of the tests, and short ways to append and read them.

use std::time::Duration;

use es_core::{
    Append, AppendError, Appended, Category, Condition, ConditionFailed, Conflict, Cursor, EventId,
    EventName, EventStore, ExpectedVersion, Metadata, NewEvent, Payload, Position, Query,
    QueryItem, QueryPage, RawEvent, RecordedEvent, SchemaVersion, StreamAppend, StreamId,
    StreamKey, Tag, Version,
};
use tokio::time::{sleep, timeout};

/// The longest time until a store declares an acknowledged append safe to read in its log.
const PATIENCE: Duration = Duration::from_secs(10);

/// More than the contract ever stores.
pub(super) const ALL: u32 = 100_000;

pub(super) fn stream(key: &str) -> StreamId {
    let category = Category::new("contract").expect("a name");
    StreamId::new(category, StreamKey::new(key).expect("a line of text"))
}

pub(super) fn event(number: usize) -> NewEvent {
    with_payload(&format!("{{\"number\":{number}}}"))
}

pub(super) fn with_payload(json: &str) -> NewEvent {
    let payload = Payload::parse(json).expect("JSON");
    NewEvent::new(RawEvent::new(name("counted"), SchemaVersion(1), payload), Metadata::default())
}

/// An event of that type, about the things that the tags name: `course:c1`.
pub(super) fn about(type_name: &str, tags: &[&str]) -> NewEvent {
    let mut new = event(1);
    new.event.name = name(type_name);
    new.with_tags(tags.iter().map(|text| tag(text)).collect())
}

pub(super) fn name(name: &str) -> EventName {
    EventName::new(name).expect("a name")
}

pub(super) fn tag(text: &str) -> Tag {
    text.parse().expect("a tag")
}

pub(super) fn item(types: &[&str], tags: &[&str]) -> QueryItem {
    let types = types.iter().map(|text| name(text)).collect();
    let tags = tags.iter().map(|text| tag(text)).collect();
    QueryItem::new(types, tags).expect("a type or a tag")
}

pub(super) fn query<const ITEMS: usize>(items: [QueryItem; ITEMS]) -> Query {
    Query::new(items.into()).expect("an item")
}

pub(super) fn events(count: usize) -> Vec<NewEvent> {
    (1..=count).map(event).collect()
}

pub(super) fn part(
    stream: &StreamId,
    expected: ExpectedVersion,
    events: Vec<NewEvent>,
) -> StreamAppend {
    StreamAppend::new(stream.clone(), expected, events)
}

pub(super) fn exact(version: u64) -> ExpectedVersion {
    ExpectedVersion::Exact(Version(version))
}

pub(super) fn ids(events: &[NewEvent]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}

/// One append of several parts.
pub(super) async fn try_parts<S: EventStore>(
    store: &S,
    parts: Vec<StreamAppend>,
) -> Result<Appended, AppendError> {
    let append = Append::new(parts).expect("streams and events that differ");
    store.append(append).await
}

/// One append to one stream.
pub(super) async fn try_append<S: EventStore>(
    store: &S,
    stream: &StreamId,
    expected: ExpectedVersion,
    events: Vec<NewEvent>,
) -> Result<Appended, AppendError> {
    try_parts(store, vec![part(stream, expected, events)]).await
}

/// Events that the store has to take.
pub(super) async fn add<S: EventStore>(
    store: &S,
    stream: &StreamId,
    events: Vec<NewEvent>,
) -> Appended {
    try_append(store, stream, ExpectedVersion::Any, events)
        .await
        .expect("an append at any version is accepted")
}

/// One append of several parts, on a condition.
pub(super) async fn try_on<S: EventStore>(
    store: &S,
    condition: Condition,
    parts: Vec<StreamAppend>,
) -> Result<Appended, AppendError> {
    let append = Append::new(parts).expect("streams and events that differ");
    store.append(append.with_condition(condition)).await
}

/// The conflict that the store has to answer with.
pub(super) fn conflict(answer: Result<Appended, AppendError>) -> Conflict {
    match answer {
        Err(AppendError::Conflict(conflict)) => conflict,
        Err(other) => panic!("expected a conflict, but the append failed: {other:?}"),
        Ok(appended) => panic!("expected a conflict, but the append was accepted: {appended:?}"),
    }
}

/// The broken condition that the store has to answer with.
pub(super) fn broken_condition(answer: Result<Appended, AppendError>) -> ConditionFailed {
    match answer {
        Err(AppendError::Condition(failed)) => failed,
        other => panic!("expected a broken condition, but the answer is {other:?}"),
    }
}

pub(super) async fn read<S: EventStore>(store: &S, stream: &StreamId) -> Vec<RecordedEvent> {
    page(store, stream, Cursor::START, ALL).await
}

pub(super) async fn page<S: EventStore>(
    store: &S,
    stream: &StreamId,
    cursor: Cursor<Version>,
    limit: u32,
) -> Vec<RecordedEvent> {
    let page = store.stream_page(stream, cursor, limit).await;
    page.expect("a stream can be read")
}

pub(super) async fn log_page<S: EventStore>(
    store: &S,
    cursor: Cursor<Position>,
    limit: u32,
) -> Vec<RecordedEvent> {
    let page = store.log_page(cursor, limit).await;
    page.expect("the log can be read").events
}

pub(super) async fn query_page<S: EventStore>(
    store: &S,
    query: &Query,
    after: Position,
    limit: u32,
) -> QueryPage {
    let page = store.query_page(query, after, limit).await;
    page.expect("events can be asked for")
}

/// The log, once it is safe up to what `appended` says.
pub(super) async fn log_up_to<S: EventStore>(store: &S, appended: &Appended) -> Vec<RecordedEvent> {
    let last = appended.position().expect("an append with events");
    until_safe(store, last).await;
    log_page(store, Cursor::START, ALL).await
}

/// Waits until the log is complete up to `position`: a store may hold readers back, not for ever.
pub(super) async fn until_safe<S: EventStore>(store: &S, position: Position) {
    let complete = async {
        loop {
            let page = store.log_page(Cursor::START, 0).await;
            if page.expect("the log can be read").safe >= position {
                return;
            }
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(PATIENCE, complete)
        .await
        .unwrap_or_else(|_| panic!("position {position} is acknowledged but never becomes safe"));
}

pub(super) fn versions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.version.0).collect()
}

pub(super) fn recorded_ids(events: &[RecordedEvent]) -> Vec<EventId> {
    events.iter().map(|event| event.id).collect()
}
