//! Pages of the log, and of the events that match a query.

use crate::event::recorded::RecordedEvent;
use crate::store::checkpoint::Incarnation;
use crate::stream::Position;

/// A page of the log.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogPage {
    /// The events, in the order of the cursor.
    pub events: Vec<RecordedEvent>,
    /// The position up to which the log is complete: nothing will appear at or below it any more.
    pub safe: Position,
    /// The log that it is a page of.
    pub incarnation: Incarnation,
    /// The greatest position that was given so far, to an append that may still be under way.
    pub head: Position,
}

impl LogPage {
    /// A page: for the authors of stores.
    #[must_use]
    pub fn new(
        incarnation: Incarnation,
        events: Vec<RecordedEvent>,
        safe: Position,
        head: Position,
    ) -> Self {
        Self { events, safe, incarnation, head }
    }
}

/// A page of the events that match a query.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct QueryPage {
    /// The events, in the order of the log.
    pub events: Vec<MatchingEvent>,
    /// The position up to which the log was complete before the page was read: no matching event
    /// will appear at or below it that the page does not hold.
    pub safe: Position,
}

/// An event that matches a query.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MatchingEvent {
    /// The event.
    pub event: RecordedEvent,
    /// The items of the query that it matches: their places, rising, at least one.
    pub items: Vec<usize>,
}

impl QueryPage {
    /// A page: for the authors of stores.
    #[must_use]
    pub fn new(events: Vec<MatchingEvent>, safe: Position) -> Self {
        Self { events, safe }
    }
}

impl MatchingEvent {
    /// An event and the items that it matches: for the authors of stores.
    #[must_use]
    pub fn new(event: RecordedEvent, items: Vec<usize>) -> Self {
        Self { event, items }
    }
}
