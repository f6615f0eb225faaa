//! Events that a version has passed by, since no release that reads them was known to it.
//!
//! ```text
//! newer writer   appends `mail-bounced` at 901
//! older nodes    … 900 … 902: it is not on their list
//! newer node                  is registered: `mail-bounced` is owed from 903 on
//! ```
//!
//! They are not handled afterwards: later events of their keys are done, and an effect that nobody expects
//! any more is no better than one that is missing. Whoever deploys is told of them instead.

use tracing::{debug, warn};

use super::lease::chain;
use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::{ProjectionId, Registration, VersionStatus};
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// A piece of the log, of which a few events at most are of interest.
const PAGE: u32 = 100;

/// The part of the log that a version has read without the names that a release adds to its list.
#[derive(Debug)]
pub(super) struct PassedBy {
    id: ProjectionId,
    /// The names that the version was owed before.
    known: Vec<EventName>,
    /// The part of the log that the version follows, of the names that are added.
    added: Selection,
    /// The moment at which the version became known: what is older was not there for it to pass by.
    since: Timestamp,
    through: Position,
}

impl PassedBy {
    /// Asked of the version as it is before the release is registered. `None` if it adds nothing.
    pub(super) fn of(
        registration: &Registration,
        selection: &Selection,
        version: Option<&VersionStatus>,
    ) -> Option<Self> {
        let version = version?;
        let owed = registration.added_to(&version.types)?;
        let (id, known) = (registration.id.clone(), version.types.clone());
        let names = owed.into_iter().filter(|name| !known.contains(name));
        let added = selection.clone().with_types(names);
        Some(Self { id, known, added, since: version.since, through: version.position() })
    }

    /// Looks for the first of them, and tells of it.
    pub(super) async fn tell<S: EventStore>(self, log: S) {
        match self.first(&log).await {
            Ok(None) => {}
            Ok(Some(event)) => {
                let (name, position) = (&event.event.name, event.position);
                warn!(
                    target: "es", projection = %self.id,
                    "`{name}` at position {position} was passed by, and perhaps others after it: no process \
                     that reads it had run the projection when it was appended; build the projection anew to \
                     have it, and deploy what reads a new event before what writes it"
                );
            }
            Err(error) => {
                let error = chain(&error);
                debug!(target: "es", projection = %self.id, error, "no look at what was passed by");
            }
        }
    }

    async fn first<S: EventStore>(&self, log: &S) -> Result<Option<RecordedEvent>, StoreError> {
        let mut after = Position::START;
        while after < self.through {
            let page = log.select_page(&self.added, after, PAGE).await?;
            if let Some(event) = page.events.into_iter().find(|event| self.has_passed(event)) {
                return Ok(Some(event));
            }
            if page.through >= page.safe {
                break;
            }
            after = page.through;
        }
        Ok(None)
    }

    fn has_passed(&self, event: &RecordedEvent) -> bool {
        event.position <= self.through
            && event.recorded_at >= self.since
            && !self.known.contains(&event.event.name)
            && event.transformed_stream().is_none()
    }
}
