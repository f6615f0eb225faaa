//! The spans of database calls, target `es`, named as OpenTelemetry's conventions for databases ask.

use es_core::{Append, Query, Replacement, StreamId};
use tracing::{Span, debug_span, field, info_span};

/// An append, with all its attempts.
pub(crate) fn append(append: &Append) -> Span {
    let first = append.parts().first();
    info_span!(
        target: "es",
        "es.append",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "append",
        es.stream.category = first.map(|part| field::display(part.stream.category())),
        es.stream.id = first.map(|part| field::display(&part.stream)),
        es.expected_version = first.map(|part| field::display(part.expected)),
        es.streams.count = append.parts().len(),
        es.events.count = append.events(),
        es.global_position = field::Empty,
    )
}

/// A copy that takes the name of a stream, with all its attempts.
pub(crate) fn replace(replacement: &Replacement) -> Span {
    info_span!(
        target: "es",
        "es.replace",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "replace",
        es.stream.category = %replacement.stream.category(),
        es.stream.id = %replacement.stream,
        es.events.count = replacement.copies.len(),
        es.global_position = field::Empty,
    )
}

/// A page of one stream.
pub(crate) fn stream_page(stream: &StreamId) -> Span {
    info_span!(
        target: "es",
        "es.stream_page",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "stream_page",
        es.stream.category = %stream.category(),
        es.stream.id = %stream,
        es.events.count = field::Empty,
    )
}

/// A snapshot of one stream and the page after it.
pub(crate) fn snapshot_page(stream: &StreamId) -> Span {
    info_span!(
        target: "es",
        "es.snapshot_page",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "snapshot_page",
        es.stream.category = %stream.category(),
        es.stream.id = %stream,
        es.snapshot.version = field::Empty,
        es.events.count = field::Empty,
    )
}

/// A page of the log.
pub(crate) fn log_page() -> Span {
    info_span!(
        target: "es",
        "es.log_page",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "log_page",
        es.events.count = field::Empty,
        es.global_position = field::Empty,
    )
}

/// A look at the end of the log, for all who wait there.
pub(crate) fn log_end() -> Span {
    debug_span!(
        target: "es",
        "es.log_end",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "log_end",
    )
}

/// A page of a part of the log.
pub(crate) fn select_page() -> Span {
    info_span!(
        target: "es",
        "es.select_page",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "select_page",
        es.events.count = field::Empty,
        es.global_position = field::Empty,
    )
}

/// A page of the events that match a query.
pub(crate) fn query_page(query: &Query) -> Span {
    info_span!(
        target: "es",
        "es.query_page",
        otel.kind = "client",
        db.system.name = "postgresql",
        db.operation.name = "query_page",
        es.query.items = query.items().len(),
        es.events.count = field::Empty,
        es.global_position = field::Empty,
    )
}
