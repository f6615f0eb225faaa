//! What the runner runs.

use std::future::Future;

use super::hand::Hand;
use crate::checkpoint::Incarnation;
use crate::error::StoreError;
use crate::event::EventName;
use crate::projection::rebuild::{Verification, Verified};
use crate::projection::{KeyError, ProjectError, ProjectionKey, ProjectionStore, Registration};
use crate::recorded::RecordedEvent;
use crate::selection::Selection;
use crate::store::EventStore;
use crate::stream::Position;

/// Something that follows the log: a [projection](super::OfProjection), or a durable subscription.
///
/// The runner knows events as they are stored, their keys and whether they were handled; everything
/// that has to do with types is behind this trait.
pub(crate) trait Consumer<Db: Send>: Send + Sync + 'static {
    /// What the store has to know before it is run, for a log of that incarnation.
    fn registration(&self, incarnation: Incarnation) -> Registration;

    /// What it wants to see of the log.
    fn selection(&self) -> &Selection;

    /// True if this release of it reads events of that name. Another release may read more.
    fn reads(&self, name: &EventName) -> bool {
        let types = self.selection().types();
        types.is_empty() || types.contains(name)
    }

    /// What an event is kept in order by.
    fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, KeyError>;

    /// Whether an event says nothing to a version that became known when the log was complete up to
    /// `log_end`.
    fn passes_by(&self, event: &RecordedEvent, log_end: Position) -> bool {
        let _ = (event, log_end);
        false
    }

    /// Why it cannot go on past this event, which it does not pass by: then the version stops before it.
    fn stops_at(&self, event: &RecordedEvent) -> Option<String> {
        let _ = event;
        None
    }

    /// Whether it writes elsewhere than into the store that keeps its progress, so that what it wrote
    /// cannot be undone. Then the node asks before each batch whether its slots are its own: what is not
    /// begun need not be repeated by another.
    fn is_elsewhere(&self) -> bool {
        false
    }

    /// True if each event is a batch of its own: then a crash repeats the one in hand and no other.
    fn is_stepwise(&self) -> bool {
        false
    }

    /// Makes what it writes into, once.
    fn create(&self, db: &mut Db) -> impl Future<Output = Result<(), ProjectError>> + Send;

    /// Handles events in their order, all of them or an error that does not say which. At least one.
    /// Each is taken in `hand` when its turn comes.
    fn handle(
        &self,
        events: Vec<Handed>,
        hand: &Hand,
        db: &mut Db,
    ) -> impl Future<Output = Result<(), ProjectError>> + Send;

    /// Looks at what a version has written that was built and has caught up, before it serves; with up to
    /// `keys` keys folded anew. What cannot be looked at is right.
    fn verify<S: EventStore, K: ProjectionStore<Db = Db>>(
        &self,
        log: &S,
        kept: &K,
        keys: u32,
    ) -> impl Future<Output = Result<Verified, StoreError>> + Send {
        let _ = (log, kept, keys);
        async { Ok(Verified::Done(Verification::default())) }
    }
}

/// An event that is handed to a [`Consumer`].
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    /// The event.
    pub(crate) event: RecordedEvent,
    /// Whether its effects are to be had: the version serves, and no version before had them.
    pub(crate) with_effects: bool,
}
