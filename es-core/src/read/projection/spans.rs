//! The span of a batch, target `es`.

use tracing::{Span, field, info_span};

use crate::read::projection::ProjectionId;

/// A batch of a projection: a page of the log, or the parked events that are due.
pub(super) fn project(id: &ProjectionId) -> Span {
    info_span!(
        target: "es",
        "es.project",
        es.projection = %id,
        es.events.count = field::Empty,
        es.parked.count = field::Empty,
        es.global_position = field::Empty,
    )
}
