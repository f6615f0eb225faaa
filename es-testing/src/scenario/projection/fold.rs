//! Events, handed to a projection as the runner does.

use es_core::projection::{Effects, dispatch};
use es_core::{ProjectError, Projects, RecordedEvent};

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
    stored: &[RecordedEvent],
    db: &mut Db,
) -> Result<(), Failed> {
    dispatch(projection, stored, Effects::Run, db).await.map_err(|unhandled| {
        let is_it = |event: &RecordedEvent| event.position == unhandled.position;
        let nth = if P::IS_BULK { None } else { stored.iter().position(is_it) };
        Failed { nth, error: unhandled.error }
    })
}
