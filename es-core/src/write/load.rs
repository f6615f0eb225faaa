//! A state folded from its stream, up to now or up to a moment of the past.

use std::pin::pin;

use futures_util::TryStreamExt;
use tracing::{Instrument, Span};

use crate::domain::aggregate::Aggregate;
use crate::event::decode_error::RecordedDecodeError;
use crate::event::placed_event::PlacedEvent;
use crate::event::recorded::RecordedEvent;
use crate::store::event_store::EventStore;
use crate::store::snapshot::Snapshot;
use crate::store::{paging, spans};
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;
use crate::write::fold::{fold_after, fold_pages};
use crate::write::load_error::LoadError;
use crate::write::snapshot_restore::{Restored, restore};

/// A state and the version it was folded up to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Loaded<A> {
    /// The state; its [initial](Aggregate::initial) one if there is no event.
    pub state: A,
    /// The version of the last event in it.
    pub version: Version,
    /// The position of the last event in it; [`Position::START`] if there is none.
    pub position: Position,
}

impl<A: Aggregate> Loaded<A> {
    /// The state before the first event.
    pub(crate) fn nothing() -> Self {
        Self { state: A::initial(), version: Version::NONE, position: Position::START }
    }
}

impl<A> Loaded<A> {
    /// True if the stream has any event.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version > Version::NONE
    }
}

impl<A: Aggregate> Loaded<A> {
    /// Brings the state up to date with the next event of its stream, all of it or nothing.
    #[inline]
    pub(crate) fn fold(
        &mut self,
        stream: &StreamId,
        event: &PlacedEvent,
    ) -> Result<(), RecordedDecodeError> {
        // Without a loop: the one event that there is as a rule is then moved once less.
        event.events::<A::Event>(stream)?.into_iter().for_each(|event| self.state.evolve(event));
        self.version = event.version;
        self.position = event.position;
        Ok(())
    }
}

/// A moment of the past: a position of the log or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Moment {
    /// The moment at which the log ended with this position.
    Position(Position),
    /// An instant, by the clock of the store.
    Instant(Timestamp),
}

impl From<Position> for Moment {
    fn from(position: Position) -> Self {
        Self::Position(position)
    }
}

impl From<Timestamp> for Moment {
    fn from(instant: Timestamp) -> Self {
        Self::Instant(instant)
    }
}

/// The bound up to which a stream is folded. Each bound selects a prefix, since version, position
/// and time never go back along a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    End,
    Version(Version),
    Moment(Moment),
}

impl Until {
    /// The newest version that can be within the bound, as far as the bound determines it.
    pub(crate) fn at_most(self) -> Version {
        match self {
            Self::Version(version) => version,
            Self::End | Self::Moment(_) => Version::MAX,
        }
    }

    /// True if the last event of a snapshot is within the bound; `next` is the event after it.
    ///
    /// A snapshot has no instant. But time never goes back along a stream, so the snapshot is
    /// within the bound if the event after it is.
    pub(crate) fn includes_snapshot(
        self,
        snapshot: &Snapshot,
        next: Option<&RecordedEvent>,
    ) -> bool {
        match self {
            Self::End => true,
            Self::Version(version) => snapshot.version <= version,
            Self::Moment(Moment::Position(position)) => snapshot.position <= position,
            Self::Moment(Moment::Instant(instant)) => {
                next.is_some_and(|next| next.recorded_at <= instant)
            }
        }
    }

    /// True if an event is within the bound. The event has no instant here: if the bound is an
    /// instant, the events before it are selected by their records.
    pub(crate) fn includes(self, event: &PlacedEvent) -> bool {
        match self {
            Self::End | Self::Moment(Moment::Instant(_)) => true,
            Self::Version(version) => event.version <= version,
            Self::Moment(Moment::Position(position)) => event.position <= position,
        }
    }
}

/// A state, and the snapshot that its fold began with.
pub(crate) struct Folded<A> {
    pub(crate) loaded: Loaded<A>,
    /// The version of the snapshot that the fold began with.
    pub(crate) snapshot: Version,
}

/// Loads the state of a stream up to a bound.
pub(crate) async fn load<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    until: Until,
) -> Result<Loaded<A>, LoadError> {
    Ok(fold(store, stream, until).await?.loaded)
}

/// Loads the state of a stream up to a bound, and the version of the snapshot that the fold began
/// with.
pub(crate) async fn fold<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    until: Until,
) -> Result<Folded<A>, LoadError> {
    let span = spans::load(stream);
    async {
        loop {
            match fold_once(store, stream, until, &span).await {
                Err(LoadError::Store(error)) if paging::was_replaced(&error) => {}
                folded => return folded,
            }
        }
    }
    .instrument(span.clone())
    .await
}

async fn fold_once<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    until: Until,
    span: &Span,
) -> Result<Folded<A>, LoadError> {
    let (mut loaded, page) = match restore(store, stream, until).await? {
        Some(Restored { loaded, events }) => (loaded, Some(events)),
        None => (Loaded::nothing(), None),
    };
    let snapshot = loaded.version;
    let count = match (until, page) {
        (Until::Moment(Moment::Instant(instant)), page) => {
            fold_until(store, stream, &mut loaded, page, instant).await?
        }
        (_, Some(page)) => {
            let page = page.into_iter().map(PlacedEvent::from).collect();
            fold_pages(store, stream, &mut loaded, page, paging::PAGE, until).await?
        }
        (_, None) => fold_after(store, stream, &mut loaded, until).await?,
    };
    if snapshot > Version::NONE {
        span.record("es.snapshot.version", snapshot.0);
    }
    span.record("es.events.count", count);
    Ok(Folded { loaded, snapshot })
}

/// Folds the events up to an instant, beginning with a page if one was read. It reads the whole
/// records of events, since only these have instants.
async fn fold_until<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    loaded: &mut Loaded<A>,
    page: Option<Vec<RecordedEvent>>,
    instant: Timestamp,
) -> Result<u64, LoadError> {
    let events = paging::stream_from(store.clone(), stream.clone(), loaded.version, page);
    let mut events = pin!(events);
    let mut count = 0;
    while let Some(event) = events.try_next().await?.filter(|event| event.recorded_at <= instant) {
        loaded.fold(stream, &event.into())?;
        count += 1;
    }
    Ok(count)
}
