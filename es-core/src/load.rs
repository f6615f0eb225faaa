//! A state folded from its stream, up to now or up to a moment of the past.

use std::pin::pin;

use futures_util::TryStreamExt;
use tracing::Instrument;

use crate::aggregate::Aggregate;
use crate::error::LoadError;
use crate::recorded::RecordedEvent;
use crate::spans;
use crate::store::{Cursor, EventStore};
use crate::stream::{Position, StreamId, Version};
use crate::timestamp::Timestamp;

/// A state and the version it was folded up to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Loaded<A> {
    /// The state; the aggregate's default if there is no event.
    pub state: A,
    /// The version of the last event in it.
    pub version: Version,
    /// The position of the last event in it; [`Position::START`] if there is none.
    pub position: Position,
}

impl<A> Loaded<A> {
    /// Whether there was any event.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.version > Version::NONE
    }
}

/// A moment of the past: a position of the log or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Moment {
    /// When the log stood at this position.
    Position(Position),
    /// This instant, by the clock of the store.
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

/// Up to where a stream is folded. Each bound cuts a prefix, since version, position and time
/// never go back along a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    End,
    Version(Version),
    Moment(Moment),
}

impl Until {
    fn includes(self, event: &RecordedEvent) -> bool {
        match self {
            Self::End => true,
            Self::Version(version) => event.version <= version,
            Self::Moment(Moment::Position(position)) => event.position <= position,
            Self::Moment(Moment::Instant(instant)) => event.recorded_at <= instant,
        }
    }
}

pub(crate) async fn load<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    until: Until,
) -> Result<Loaded<A>, LoadError> {
    let span = spans::load(stream);
    async {
        let mut loaded =
            Loaded { state: A::default(), version: Version::NONE, position: Position::START };
        let mut events = pin!(store.read_stream(stream, Cursor::START));
        while let Some(event) = events.try_next().await? {
            if !until.includes(&event) {
                break;
            }
            let event = event.decode::<A::Event>()?;
            loaded.state.evolve(event.event);
            loaded.version = event.version;
            loaded.position = event.position;
        }
        span.record("es.events.count", loaded.version.0);
        Ok(loaded)
    }
    .instrument(span.clone())
    .await
}
