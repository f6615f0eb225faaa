//! Faults that several broken stores share.

use es_core::{
    Cursor, EventId, ExpectedVersion, NewEvent, Position, QueryItem, StreamAppend, StreamId,
    StreamKey, Version,
};

pub(crate) fn stream(key: &str, like: &StreamId) -> StreamId {
    let key = StreamKey::new(key).expect("a key");
    StreamId::new(like.category().clone(), key)
}

/// Every part that expects `what` expects `instead`.
pub(crate) fn expect_instead(
    mut parts: Vec<StreamAppend>,
    what: impl Fn(ExpectedVersion) -> bool,
    instead: ExpectedVersion,
) -> Vec<StreamAppend> {
    for part in &mut parts {
        if what(part.expected) {
            part.expected = instead;
        }
    }
    parts
}

pub(crate) fn any_instead_of_exact(parts: Vec<StreamAppend>) -> Vec<StreamAppend> {
    let is_exact = |expected| matches!(expected, ExpectedVersion::Exact(_));
    expect_instead(parts, is_exact, ExpectedVersion::Any)
}

pub(crate) fn without_preconditions(mut parts: Vec<StreamAppend>) -> Vec<StreamAppend> {
    parts.retain(|part| !part.events.is_empty());
    parts
}

pub(crate) fn with_fresh_ids(parts: Vec<StreamAppend>) -> Vec<StreamAppend> {
    each_event(parts, |event| event.id = EventId::generate())
}

pub(crate) fn each_event(
    mut parts: Vec<StreamAppend>,
    change: impl Fn(&mut NewEvent),
) -> Vec<StreamAppend> {
    parts.iter_mut().flat_map(|part| &mut part.events).for_each(change);
    parts
}

/// No condition is held, and nothing is found.
pub(crate) fn no_items(_: Vec<QueryItem>) -> Vec<QueryItem> {
    Vec::new()
}

pub(crate) fn of_their_tags_alone(items: Vec<QueryItem>) -> Vec<QueryItem> {
    items.into_iter().filter_map(|i| QueryItem::new(vec![], i.tags().to_vec()).ok()).collect()
}

pub(crate) fn inclusive_version(cursor: Cursor<Version>) -> Cursor<Version> {
    match cursor {
        Cursor::After(Version(place)) => Cursor::After(Version(place.saturating_sub(1))),
        Cursor::Before(Version(place)) => Cursor::Before(Version(place.saturating_add(1))),
    }
}

pub(crate) fn inclusive_position(cursor: Cursor<Position>) -> Cursor<Position> {
    match cursor {
        Cursor::After(Position(place)) => Cursor::After(Position(place.saturating_sub(1))),
        Cursor::Before(Position(place)) => Cursor::Before(Position(place.saturating_add(1))),
    }
}
