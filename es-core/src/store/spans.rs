//! The spans of the runtime, target `es`, named as OpenTelemetry's database conventions ask.

use tracing::{Span, field, info_span};

use crate::store::append::Append;
use crate::stream::{StreamId, Version};

/// A command, from load to answer.
pub(crate) fn command(aggregate: &'static str, command: &'static str) -> Span {
    info_span!(
        target: "es",
        "es.command",
        aggregate.r#type = aggregate,
        es.command = command,
        es.stream.id = field::Empty,
        es.attempts = field::Empty,
        es.global_position = field::Empty,
    )
}

/// A decision across streams, from its first reading to its answer.
pub(crate) fn decision(decision: &'static str) -> Span {
    info_span!(
        target: "es",
        "es.decision",
        es.decision = decision,
        es.attempts = field::Empty,
        es.global_position = field::Empty,
    )
}

/// The models of a decision, read up to now.
pub(crate) fn query() -> Span {
    info_span!(target: "es", "es.query", es.events.count = field::Empty)
}

/// A state folded from its stream.
pub(crate) fn load(stream: &StreamId) -> Span {
    info_span!(
        target: "es",
        "es.load",
        es.stream.category = %stream.category(),
        es.stream.id = %stream,
        es.snapshot.version = field::Empty,
        es.events.count = field::Empty,
    )
}

/// A snapshot that is written beside the answers.
pub(crate) fn save_snapshot(stream: &StreamId, version: Version) -> Span {
    info_span!(
        target: "es",
        "es.save_snapshot",
        es.stream.category = %stream.category(),
        es.stream.id = %stream,
        es.snapshot.version = version.0,
    )
}

/// An append, as the caller of a store sees it.
pub(crate) fn append(append: &Append) -> Span {
    let first = append.parts().first();
    info_span!(
        target: "es",
        "es.append",
        otel.kind = "client",
        es.stream.category = first.map(|part| field::display(part.stream.category())),
        es.stream.id = first.map(|part| field::display(&part.stream)),
        es.expected_version = first.map(|part| field::display(part.expected)),
        es.streams.count = append.parts().len(),
        es.events.count = append.events(),
    )
}
