//! The record that a transformation leaves: who, when, why.

use crate::event::metadata::{Actor, Metadata, Reason};
use crate::event::name::{EventId, EventName, SchemaVersion};
use crate::event::payload::Payload;
use crate::event::recorded::{NewEvent, RawEvent, RecordedEvent};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::paging::PAGE;
use crate::store::selection::Selection;
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;
use crate::transform::Transform;

/// The record that a stream was transformed: by whom, when, why, and what it was before.
///
/// It is the last event of the archive, `stream-transformed`, and stands in the log before the copies:
/// a reader of the log that keeps something about the stream learns there that it has to begin anew.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transformation {
    /// The event that is the record.
    pub id: EventId,
    /// The stream that was transformed.
    pub stream: StreamId,
    /// The name of the old one. Its last event is this record.
    pub archive: StreamId,
    /// The version of the first copy; one more than the last of the archive.
    pub first: Version,
    /// The position of the record.
    pub position: Position,
    /// The time of the transformation.
    pub at: Timestamp,
    /// The actor who transformed the stream.
    pub actor: Actor,
    /// The reason for the transformation.
    pub reason: Reason,
}

impl Transformation {
    /// The name of the event that is the record.
    pub const NAME: &'static str = "stream-transformed";

    /// The transformation that `event` records, if it does.
    ///
    /// ```
    /// # use es_core::RecordedEvent;
    /// use es_core::Transformation;
    ///
    /// // In a reader of the log that keeps a balance per account:
    /// fn read(event: &RecordedEvent) {
    ///     if let Some(transformation) = Transformation::of(event) {
    ///         println!("forget the balance of {}, copies follow", transformation.stream);
    ///     } else if event.stream.is_archive() {
    ///         println!("an event that a copy stands for: pass it by");
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn of(event: &RecordedEvent) -> Option<Self> {
        let (stream, last) = event.stream.archive_of()?;
        if last != event.version || event.event.name.as_str() != Self::NAME {
            return None;
        }
        Some(Self {
            id: event.id,
            stream,
            archive: event.stream.clone(),
            first: last.plus(1),
            position: event.position,
            at: event.recorded_at,
            actor: event.metadata.actor.clone()?,
            reason: event.metadata.reason()?,
        })
    }
}

impl RecordedEvent {
    /// The stream that begins anew with this event, which is the record of its transformation; `None` for
    /// any other event.
    ///
    /// A reader forgets what it keeps about that stream when it comes here; the copies follow in the log.
    pub(crate) fn transformed_stream(&self) -> Option<StreamId> {
        Transformation::of(self).map(|transformation| transformation.stream)
    }
}

/// A stream whose transformation stands in the log after a position, if there is one.
pub(crate) async fn transformed_after<S: EventStore>(
    store: &S,
    mut after: Position,
) -> Result<Option<StreamId>, StoreError> {
    let records = Selection::log().with_types([name()?]);
    loop {
        let page = store.select_page(&records, after, PAGE).await?;
        if let Some(stream) = page.events.iter().find_map(RecordedEvent::transformed_stream) {
            return Ok(Some(stream));
        }
        if page.through >= page.safe {
            return Ok(None);
        }
        after = page.through;
    }
}

/// The event that records `transform`.
pub(super) fn record(transform: &Transform) -> Result<NewEvent, StoreError> {
    let metadata = Metadata::default()
        .with_actor(transform.actor.clone())
        .with_reason(transform.reason.clone());
    let raw = RawEvent::new(name()?, SchemaVersion(1), Payload::from_store("{}".to_owned()));
    Ok(NewEvent::new(raw, metadata))
}

fn name() -> Result<EventName, StoreError> {
    EventName::new(Transformation::NAME)
        .map_err(|error| StoreError::new(StoreErrorKind::Other, error))
}
