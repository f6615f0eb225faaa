//! Handling of events without parking.

use std::error::Error;
use std::fmt;

use super::{ProjectError, Projects};
use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::stream::{Position, StreamId, Version};

/// An event that cannot be projected, where that ends everything: in [live](super::Live) folding, and
/// where rows are rebuilt in place.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unhandled {
    /// The name of the event.
    pub event: EventName,
    /// The stream of the event.
    pub stream: StreamId,
    /// The version of the event in its stream.
    pub version: Version,
    /// The position of the event in the log.
    pub position: Position,
    /// The number of events that were handled at once, this one first, if any of them may have
    /// failed; else 1.
    pub among: usize,
    /// The error of the handler.
    pub error: ProjectError,
}

impl Unhandled {
    fn first_of(events: &[RecordedEvent], error: ProjectError) -> Result<(), Self> {
        let Some(first) = events.first() else {
            return Ok(());
        };
        Err(Self {
            event: first.event.name.clone(),
            stream: first.stream.clone(),
            version: first.version,
            position: first.position,
            among: events.len(),
            error,
        })
    }
}

impl Error for Unhandled {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.error.as_error())
    }
}

impl fmt::Display for Unhandled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, stream, version, position, among, .. } = self;
        if *among > 1 {
            write!(f, "one of {among} events cannot be projected; the first is ")?;
        }
        write!(f, "`{event}`, version {version} of stream `{stream}` at position {position}")?;
        if *among > 1 { Ok(()) } else { f.write_str(", cannot be projected") }
    }
}

/// Hands `events` to the handlers, all at once if the projection is faster so. No effects.
pub(super) async fn project<P: Projects<Db>, Db: Send>(
    projection: &P,
    events: &[RecordedEvent],
    db: &mut Db,
) -> Result<(), Unhandled> {
    if !P::IS_BULK {
        return project_each(projection, events, db).await;
    }
    let mut decoded = Vec::with_capacity(events.len());
    for event in events {
        match event.clone().decode::<P::Event>() {
            Ok(parts) => decoded.extend(parts),
            Err(error) => return Unhandled::first_of(std::slice::from_ref(event), error.into()),
        }
    }
    if decoded.is_empty() {
        return Ok(());
    }
    match projection.project_all(decoded, db).await {
        Ok(()) => Ok(()),
        Err(error) => Unhandled::first_of(events, error),
    }
}

/// Hands `events` to the handlers one after another, so that a failure is the fault of one. No effects.
pub(super) async fn project_each<P: Projects<Db>, Db: Send>(
    projection: &P,
    events: &[RecordedEvent],
    db: &mut Db,
) -> Result<(), Unhandled> {
    for event in events {
        if let Err(error) = project_one(projection, event, db).await {
            return Unhandled::first_of(std::slice::from_ref(event), error);
        }
    }
    Ok(())
}

async fn project_one<P: Projects<Db>, Db: Send>(
    projection: &P,
    event: &RecordedEvent,
    db: &mut Db,
) -> Result<(), ProjectError> {
    for part in event.clone().decode::<P::Event>()? {
        projection.project(part, db).await?;
    }
    Ok(())
}
