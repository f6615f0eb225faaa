//! The events of an append in the form that inline projections receive.

use es_core::{Append, Appended, Position, Recorded, RecordedEvent, StoreError, Version};

use crate::error::unexpected;

/// The events of an append at the places that they were given, in the order of the log.
pub(super) fn recorded(
    append: &Append,
    appended: &Appended,
) -> Result<Vec<RecordedEvent>, StoreError> {
    let mut events = Vec::with_capacity(append.events());
    for (part, stored) in append.parts().iter().zip(&appended.streams) {
        if part.events.len() != stored.positions.len() {
            return Err(unexpected("an append was answered with too few positions"));
        }
        let before = stored.version_before();
        for (nth, (new, position)) in part.events.iter().zip(&stored.positions).enumerate() {
            events.push(at(part.stream.clone(), before.plus(nth + 1), *position, stored, new));
        }
    }
    events.sort_unstable_by_key(|event| event.position);
    Ok(events)
}

fn at(
    stream: es_core::StreamId,
    version: Version,
    position: Position,
    stored: &es_core::AppendedStream,
    new: &es_core::NewEvent,
) -> RecordedEvent {
    let es_core::NewEvent { id, event, metadata, recorded_at, .. } = new.clone();
    let recorded_at = recorded_at.unwrap_or(stored.recorded_at);
    Recorded::new(id, stream, version, position, recorded_at, metadata, event)
}
