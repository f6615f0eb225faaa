//! The handlers of a projection, called for stored events: once for every caller.

use std::error::Error;
use std::fmt;

use super::{ProjectError, Projects};
use crate::event::name::EventName;
use crate::event::recorded::{Recorded, RecordedEvent};
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

/// The treatment of side effects while events are handed to the handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effects {
    /// Each event has its side effects, after its rows.
    Run,
    /// No event has side effects: it had them before, or only rows are built.
    Skip,
}

/// Hands stored events to the handlers of a projection, in their order: all at once if it is `bulk`, else
/// one after another. For the authors of stores that write rows by themselves; the runner of projections
/// does the same.
///
/// The events are those that the projection lists.
///
/// # Errors
///
/// [`Unhandled`] with the event that failed; of a `bulk` projection with the first of those that were handed
/// over together.
pub async fn dispatch<X: Projects<Db>, Db: Send>(
    projection: &X,
    events: &[RecordedEvent],
    effects: Effects,
    db: &mut Db,
) -> Result<(), Unhandled> {
    if X::IS_BULK {
        all(projection, events, effects, db).await
    } else {
        each(projection, events, effects, db).await
    }
}

/// Hands `events` to the handlers one after another, so that a failure is the fault of one.
pub(super) async fn each<X: Projects<Db>, Db: Send>(
    projection: &X,
    events: &[RecordedEvent],
    effects: Effects,
    db: &mut Db,
) -> Result<(), Unhandled> {
    for event in events {
        if let Err(error) = one(projection, event.clone(), effects, db).await {
            return Unhandled::first_of(std::slice::from_ref(event), error);
        }
    }
    Ok(())
}

async fn all<X: Projects<Db>, Db: Send>(
    projection: &X,
    events: &[RecordedEvent],
    effects: Effects,
    db: &mut Db,
) -> Result<(), Unhandled> {
    let mut decoded = Vec::with_capacity(events.len());
    for event in events {
        match event.clone().decode::<X::Event>() {
            Ok(parts) => decoded.extend(parts),
            Err(error) => return Unhandled::first_of(std::slice::from_ref(event), error.into()),
        }
    }
    let reactions =
        if effects == Effects::Run && X::HAS_EFFECTS { decoded.clone() } else { Vec::new() };
    match together(projection, decoded, reactions, db).await {
        Ok(()) => Ok(()),
        Err(error) => Unhandled::first_of(events, error),
    }
}

/// Hands one stored event to its handlers; it may be read as several.
pub(super) async fn one<X: Projects<Db>, Db: Send>(
    projection: &X,
    stored: RecordedEvent,
    effects: Effects,
    db: &mut Db,
) -> Result<(), ProjectError> {
    for event in stored.decode::<X::Event>()? {
        if effects == Effects::Run && X::HAS_EFFECTS {
            projection.project(event.clone(), db).await?;
            projection.react(event, db).await.map_err(ProjectError::of_effect)?;
        } else {
            projection.project(event, db).await?;
        }
    }
    Ok(())
}

/// Hands `events` to a `bulk` projection at once, and then the side effects of some of them.
pub(super) async fn together<X: Projects<Db>, Db: Send>(
    projection: &X,
    events: Vec<Recorded<X::Event>>,
    reactions: Vec<Recorded<X::Event>>,
    db: &mut Db,
) -> Result<(), ProjectError> {
    if !events.is_empty() {
        projection.project_all(events, db).await?;
    }
    for event in reactions {
        projection.react(event, db).await.map_err(ProjectError::of_effect)?;
    }
    Ok(())
}
