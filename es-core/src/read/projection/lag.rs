//! Lag of a version behind the log.

use std::time::Duration;

use super::{ProjectionId, Slot, VersionState, VersionStatus};
use crate::event::recorded::RecordedEvent;
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::paging::PAGE;
use crate::store::selection::{SelectedPage, Selection};
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// A version of a projection, and what it lacks, at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ProjectionStatus {
    /// The status of the version: position and owner of each slot, nodes with their errors, parked
    /// events.
    pub version: VersionStatus,
    /// The position up to which the log was complete: a version that has reached it lacks nothing.
    pub end: Position,
    /// The lag of the version: that of its slowest slot.
    pub lag: Lag,
    /// The lag of each slot, by rising slot number.
    pub slots: Vec<(Slot, Lag)>,
    /// The rate of all nodes, in events a second, lately.
    pub rate: f64,
    /// The longest time until it lacks nothing, at that rate; `None` if it makes no progress.
    pub left: Option<Duration>,
}

/// The lag of a reader behind the log, up to the position where that is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Lag {
    /// The number of events of the projection that it has yet to handle, in any slot: 0 if and only
    /// if there is none. Counted exactly up to 500; beyond that an upper bound, since each position
    /// counts as an event then.
    pub events: u64,
    /// The time since the first of them was stored, by the clocks of the store and of this process.
    pub time: Duration,
}

impl ProjectionStatus {
    /// Looks up the lag of `version`: reads one page of its events, or a few where they are rare.
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

/// Returns the least rate, in events a second, at which a version advances. A version that is being
/// built skips the events that it does not read, so it may have advanced faster than it has handled
/// events.
fn pace(version: &VersionStatus, rate: f64) -> f64 {
    if version.state != VersionState::Building {
        return rate;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let passed = version.position().0 as f64;
    rate.max(passed / age(version.since).as_secs_f64().max(1.0))
}

/// Returns the time that so many events take.
pub(super) fn time_left(events: u64, rate: f64) -> Option<Duration> {
    if events == 0 {
        return Some(Duration::ZERO);
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let seconds = events as f64 / rate;
    (rate > 0.0).then(|| Duration::try_from_secs_f64(seconds).ok()).flatten()
}

/// The events between a position and the end of the log.
pub(super) struct Missing {
    /// The first events after the place, up to a page.
    found: Vec<(Position, Timestamp)>,
    /// The position up to which they were searched.
    through: Position,
    /// The position up to which the log is complete.
    pub(super) end: Position,
}

impl Missing {
    /// The number of pages without an event after which the search ends and assumes that there may
    /// be one.
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

    /// Returns the lag of a reader that has reached `checkpoint`.
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

/// Returns the time since `at`; zero if this process' clock is behind.
pub(super) fn age(at: Timestamp) -> Duration {
    let micros = Timestamp::now().unix_micros().saturating_sub(at.unix_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or_default())
}

/// The progress of a version that is built beside the one that serves.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rebuilding {
    /// The version that is built.
    pub id: ProjectionId,
    /// The position that it has reached in every slot.
    pub position: Position,
    /// The end of the log: where it is going.
    pub of: Position,
    /// The rate of all nodes, in events a second, lately.
    pub rate: f64,
    /// The longest remaining time, at that rate; `None` if it makes no progress.
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

        assert!(lag.time > Duration::from_secs(60 * 60 * 24 * 365 * 50), "{:?}", lag.time);
    }

    #[test]
    fn time_left_needs_a_rate() {
        assert_eq!(time_left(100, 50.0), Some(Duration::from_secs(2)));
        assert_eq!(time_left(100, 0.0), None);
        assert_eq!(time_left(0, 0.0), Some(Duration::ZERO));
    }
}
