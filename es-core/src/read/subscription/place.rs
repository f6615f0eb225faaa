//! Resolution of a start to a place in the log.

use super::retry::patiently;
use super::start::Start;
use crate::event::metadata::Metadata;
use crate::store::checkpoint::{Checkpoint, Incarnation, ResumeError};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::paging::PAGE;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// The time by which a clock may have been set back, at most.
const SET_BACK_MICROS: i64 = 3_600_000_000;

/// The number of events that are read to learn the time of a place.
const PROBE: u32 = 16;

/// The place after which `start` begins.
pub(super) async fn place<S: EventStore>(
    store: &S,
    start: Start,
) -> Result<Checkpoint, ResumeError> {
    let log = patiently(|| store.log_page(Cursor::START, 0)).await?;
    let here = |position| Checkpoint::new(log.incarnation, position);
    let place = match start {
        Start::Beginning => here(Position::START),
        Start::After(position) => here(position),
        Start::From(checkpoint) => checkpoint,
        Start::At(at) => here(before(store, at, log.safe).await?),
        Start::Now => here(log.safe),
    };
    check(place, log.incarnation, log.head)?;
    Ok(place)
}

/// The place of `start`, for a reader that keeps no other word of it: for an instant, right before the
/// first event that was recorded then or later.
pub(crate) async fn first_place<S: EventStore>(
    store: &S,
    start: Start,
) -> Result<Position, ResumeError> {
    let mut position = place(store, start).await?.position;
    let Start::At(at) = start else {
        return Ok(position);
    };
    loop {
        let page = patiently(|| store.log_page(Cursor::After(position), PAGE)).await?;
        for event in &page.events {
            if event.recorded_at >= at {
                return Ok(position);
            }
            position = event.position;
        }
        if page.events.len() < PAGE as usize {
            return Ok(position);
        }
    }
}

/// Checks that a log that is `incarnation`, and has come to `head`, can be the one that a reader
/// has read up to `checkpoint`.
pub(super) fn check(
    checkpoint: Checkpoint,
    incarnation: Incarnation,
    head: Position,
) -> Result<(), ResumeError> {
    if incarnation != checkpoint.incarnation {
        return Err(ResumeError::OtherLog { checkpoint, actual: incarnation });
    }
    if head < checkpoint.position {
        return Err(ResumeError::AheadOfLog { checkpoint, head });
    }
    Ok(())
}

/// True if the event is neither a copy nor imported.
fn has_time_of_its_place(metadata: &Metadata) -> bool {
    metadata.copy_of().is_none() && !metadata.is_imported()
}

/// A place up to which everything was recorded before `at`, if no clock was set back too far.
///
/// Halves the log. Times rise along it but for what overtook each other and for clocks; both are far less
/// than what is allowed for. Copies and imported events, which have an older time, say nothing, and where
/// nothing is said the search goes on in what comes before.
async fn before<S: EventStore>(
    store: &S,
    at: Timestamp,
    safe: Position,
) -> Result<Position, StoreError> {
    let surely = Timestamp::from_unix_micros(at.unix_micros().saturating_sub(SET_BACK_MICROS));
    let (Position(mut low), Position(mut high)) = (Position::START, safe);
    while low < high {
        let middle = low + (high - low) / 2;
        let probe = Cursor::After(Position(middle));
        let page = patiently(|| store.log_page(probe, PROBE)).await?;
        let telling = page
            .events
            .iter()
            .find(|event| event.position.0 <= high && has_time_of_its_place(&event.metadata));
        match telling {
            Some(event) if event.recorded_at < surely => low = event.position.0,
            _ => high = middle,
        }
    }
    Ok(Position(low))
}
