//! How far a version is behind the log.

use std::time::Duration;

use super::{ProjectionId, Slot, VersionState, VersionStatus};
use crate::error::StoreError;
use crate::paging::PAGE;
use crate::recorded::RecordedEvent;
use crate::selection::{SelectedPage, Selection};
use crate::store::{Cursor, EventStore};
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// A version of a projection, and what it lacks, at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProjectionStatus {
    /// Position and owner of each slot, nodes with their errors, what is parked.
    pub version: VersionStatus,
    /// Up to here the log was complete: a version that has come here lacks nothing.
    pub end: Position,
    /// How far it is behind: that of its slowest slot.
    pub lag: Lag,
    /// How far each slot is behind, rising.
    pub slots: Vec<(Slot, Lag)>,
    /// Events a second, of all nodes, lately.
    pub rate: f64,
    /// How long it takes at that rate until it lacks nothing, at most; none if it does not come on.
    pub left: Option<Duration>,
}

/// How far something is behind the log, up to where that is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lag {
    /// How many events of those that the projection reads it has yet to look at, in any slot: 0 if and
    /// only if there is none. Counted up to 500; beyond that at most so many, since each position counts
    /// as an event then.
    pub events: u64,
    /// How long ago the first of them was stored, by the clocks of the store and of this process.
    pub time: Duration,
}

impl ProjectionStatus {
    /// Looks up what `version` lacks: one page of its events, or a few where they are rare.
    pub(super) async fn of<S: EventStore>(
        store: &S,
        version: VersionStatus,
    ) -> Result<Self, StoreError> {
        let missing = Missing::read(store, &version.types, version.position()).await?;
        let lags = version.slots.iter().map(|slot| (slot.slot, missing.after(slot.checkpoint)));
        let slots: Vec<_> = lags.collect();
        let lag = slots.iter().map(|(_, lag)| *lag).max().unwrap_or_default();
        let rate = version.nodes.iter().map(|node| node.rate).sum();
        let left = time_left(lag.events, pace(&version, rate));
        Ok(Self { version, end: missing.end, lag, slots, rate, left })
    }
}

/// How fast a version comes on at least. One that is built passes by what it does not read: then it has
/// come along faster than it has handled events.
fn pace(version: &VersionStatus, rate: f64) -> f64 {
    if version.state != VersionState::Building {
        return rate;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let passed = version.position().0 as f64;
    rate.max(passed / age(version.since).as_secs_f64().max(1.0))
}

/// How long so many events take.
pub(super) fn time_left(events: u64, rate: f64) -> Option<Duration> {
    if events == 0 {
        return Some(Duration::ZERO);
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let seconds = events as f64 / rate;
    (rate > 0.0).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}

/// What lies between a place and the end of the log.
pub(super) struct Missing {
    /// The first events after the place, up to a page.
    found: Vec<(Position, Timestamp)>,
    /// Up to where they were looked for.
    through: Position,
    /// Up to where the log is complete.
    pub(super) end: Position,
}

impl Missing {
    /// How many pages without an event are searched before it is said that there may be one.
    const EMPTY_PAGES: u32 = 10;

    pub(super) async fn read<S: EventStore>(
        store: &S,
        types: &[crate::EventName],
        mut after: Position,
    ) -> Result<Self, StoreError> {
        let selection = Selection::log().with_types(types.iter().cloned());
        let place = |event: RecordedEvent| (event.position, event.recorded_at);
        let mut pages = 0;
        loop {
            let page = store.select_page(&selection, after, PAGE).await?;
            let SelectedPage { events, through, safe: end, .. } = page;
            pages += 1;
            if !events.is_empty() || through >= end {
                let found = events.into_iter().map(place).collect();
                return Ok(Self { found, through, end });
            }
            after = through;
            if pages == Self::EMPTY_PAGES {
                // The next event of any kind is no later than the next one of these.
                let page = store.log_page(Cursor::After(through), 1).await?;
                let found = page.events.into_iter().map(place).collect();
                return Ok(Self { found, through, end });
            }
        }
    }

    /// What who has come to `checkpoint` lacks.
    pub(super) fn after(&self, checkpoint: Position) -> Lag {
        let first = self.found.partition_point(|(position, _)| *position <= checkpoint);
        let found = self.found.get(first..).unwrap_or_default();
        let searched = self.found.last().map_or(self.through, |last| self.through.max(last.0));
        let unsearched = self.end.0.saturating_sub(searched.max(checkpoint).0);
        let events = found.len() as u64 + unsearched;
        let since = found.first().or(self.found.last()).map(|(_, recorded_at)| *recorded_at);
        let time = since.filter(|_| events > 0).map(age).unwrap_or_default();
        Lag { events, time }
    }
}

/// How long ago that was; nothing if this process' clock is behind.
pub(super) fn age(at: Timestamp) -> Duration {
    let micros = Timestamp::now().unix_micros().saturating_sub(at.unix_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// How far a version that is built beside the one that serves has come.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rebuilding {
    /// Which version.
    pub id: ProjectionId,
    /// It has come to here in every slot.
    pub position: Position,
    /// The end of the log: where it is going.
    pub of: Position,
    /// Events a second, of all nodes, lately.
    pub rate: f64,
    /// How long it takes at that rate, at most; none if it does not come on.
    pub left: Option<Duration>,
}

impl Rebuilding {
    pub(super) fn of(status: &ProjectionStatus) -> Option<Self> {
        let version = &status.version;
        (version.state == VersionState::Building).then(|| Self {
            id: version.id.clone(),
            position: version.position(),
            of: status.end,
            rate: status.rate,
            left: status.left,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(found: &[u64], through: u64, end: u64) -> Missing {
        let place = |position: &u64| (Position(*position), Timestamp::from_unix_micros(0));
        let found = found.iter().map(place).collect();
        Missing { found, through: Position(through), end: Position(end) }
    }

    #[test]
    fn who_has_seen_everything_lacks_nothing_though_the_log_goes_on() {
        assert_eq!(missing(&[], 90, 90).after(Position(7)), Lag::default());
        assert_eq!(missing(&[20], 90, 90).after(Position(20)), Lag::default());
    }

    #[test]
    fn the_events_of_the_projection_are_counted() {
        assert_eq!(missing(&[20, 30, 40], 90, 90).after(Position(20)).events, 2);
    }

    #[test]
    fn beyond_a_page_each_position_counts() {
        assert_eq!(missing(&[20, 30, 40], 40, 90).after(Position(20)).events, 2 + 50);
        assert_eq!(missing(&[20, 30, 40], 40, 90).after(Position(80)).events, 10);
    }

    #[test]
    fn what_waits_is_as_old_as_its_first_event() {
        let lag = missing(&[20], 90, 90).after(Position(7));

        assert!(lag.time > Duration::from_hours(24 * 365 * 50), "{:?}", lag.time);
    }

    #[test]
    fn time_left_needs_a_rate() {
        assert_eq!(time_left(100, 50.0), Some(Duration::from_secs(2)));
        assert_eq!(time_left(100, 0.0), None);
        assert_eq!(time_left(0, 0.0), Some(Duration::ZERO));
    }
}
