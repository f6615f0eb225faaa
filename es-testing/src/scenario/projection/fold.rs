//! Events, handled one after another.

use es_core::{ProjectError, Projection, Projects, RecordedEvent};

/// The failure of a projection: the event at which it failed, and the error.
#[derive(Debug)]
pub(super) struct Failed {
    /// The place of the event; of a bulk projection, nobody knows which.
    pub(super) nth: Option<usize>,
    pub(super) error: ProjectError,
}

/// Hands the events to the handlers, with effects.
pub(super) async fn fold<P: Projects<Db>, Db: Send>(
    projection: &P,
    stored: Vec<RecordedEvent>,
    db: &mut Db,
) -> Result<(), Failed> {
    if P::IS_BULK {
        return in_bulk(projection, stored, db).await.map_err(|error| Failed { nth: None, error });
    }
    for (nth, stored) in stored.into_iter().enumerate() {
        one(projection, stored, db).await.map_err(|error| Failed { nth: Some(nth), error })?;
    }
    Ok(())
}

async fn one<P: Projects<Db>, Db: Send>(
    projection: &P,
    stored: RecordedEvent,
    db: &mut Db,
) -> Result<(), ProjectError> {
    for event in stored.decode::<<P as Projection>::Event>()? {
        projection.project(event.clone(), db).await?;
        projection.react(event, db).await?;
    }
    Ok(())
}

async fn in_bulk<P: Projects<Db>, Db: Send>(
    projection: &P,
    stored: Vec<RecordedEvent>,
    db: &mut Db,
) -> Result<(), ProjectError> {
    let mut events = Vec::new();
    for stored in stored {
        events.extend(stored.decode::<<P as Projection>::Event>()?);
    }
    if events.is_empty() {
        return Ok(());
    }
    projection.project_all(events.clone(), db).await?;
    for event in events {
        projection.react(event, db).await?;
    }
    Ok(())
}
