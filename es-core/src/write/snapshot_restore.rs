//! Restore of a snapshot as the beginning of a fold.

use crate::domain::aggregate::Aggregate;
use crate::event::recorded::RecordedEvent;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::paging::PAGE;
use crate::store::silence::answered;
use crate::store::snapshot::Snapshot;
use crate::stream::{StreamId, Version};
use crate::write::load::{Loaded, Until};

/// A state from which a fold goes on, and the page of events after it.
pub(crate) struct Restored<A> {
    pub(crate) loaded: Loaded<A>,
    pub(crate) events: Vec<RecordedEvent>,
}

/// The newest snapshot that a fold up to `until` can begin with; `None` if it has to begin with the
/// first event and that is still to be read.
///
/// One round trip, but for a moment of the past, which may ask for older snapshots.
pub(crate) async fn restore<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    until: Until,
) -> Result<Option<Restored<A>>, StoreError> {
    let Some(policy) = A::SNAPSHOTS else {
        return Ok(None);
    };
    let mut at_most = until.at_most();
    while at_most > Version::NONE {
        let page = answered(store.snapshot_page(stream, policy.shape(), at_most, PAGE)).await?;
        let Some(snapshot) = page.snapshot else {
            if let Some(unusable) = page.unusable {
                tracing::warn!(
                    target: "es",
                    { es.stream.id = %stream },
                    "{unusable}; all events of the stream are read instead"
                );
            }
            return Ok(Some(Restored { loaded: Loaded::nothing(), events: page.events }));
        };
        let Snapshot { version, position, .. } = snapshot;
        if !until.includes_snapshot(&snapshot, page.events.first()) {
            at_most = Version(version.min(at_most).0.saturating_sub(1));
            continue;
        }
        return match policy.decode(&snapshot.state) {
            Ok(state) => {
                let loaded = Loaded { state, version, position };
                Ok(Some(Restored { loaded, events: page.events }))
            }
            Err(error) => {
                tracing::warn!(
                    target: "es",
                    { es.stream.id = %stream, es.snapshot.version = version.0, error = %error },
                    "the snapshot is damaged; all events of the stream are read instead"
                );
                Ok(None)
            }
        };
    }
    Ok(None)
}
