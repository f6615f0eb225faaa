//! Interface between the runner and the projections and subscriptions that it runs.

use std::future::Future;

use super::hand::Hand;
use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::rebuild::{Verification, Verified};
use crate::read::projection::{
    KeyError, ProjectError, ProjectionKey, ProjectionStore, Registration,
};
use crate::store::checkpoint::Incarnation;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;

/// A follower of the log: a [projection](super::OfProjection), or a durable subscription.
///
/// The runner knows events as they are stored, their keys and whether they were handled; everything
/// that has to do with types is behind this trait.
pub(crate) trait Consumer<Db: Send>: Send + Sync + 'static {
    /// Returns the declaration that the store registers before it is run, for a log of that
    /// incarnation.
    fn registration(&self, incarnation: Incarnation) -> Registration;

    /// The part of the log that it reads.
    fn selection(&self) -> &Selection;

    /// True if this release of it reads events of that name. Another release may read more.
    fn reads(&self, name: &EventName) -> bool {
        let types = self.selection().types();
        types.is_empty() || types.contains(name)
    }

    /// Returns the key that orders an event.
    fn key(&self, event: &RecordedEvent) -> Result<ProjectionKey, KeyError>;

    /// True if an event does not concern a version that was registered when the log was complete up
    /// to `log_end`.
    fn passes_by(&self, event: &RecordedEvent, log_end: Position) -> bool {
        let _ = (event, log_end);
        false
    }

    /// Returns the reason that it cannot go on past this event, which it does not pass by; the
    /// version then stops before the event.
    fn stops_at(&self, event: &RecordedEvent) -> Option<String> {
        let _ = event;
        None
    }

    /// True if it takes many events at once, which is declared where a repetition does no harm.
    fn is_bulk(&self) -> bool {
        false
    }

    /// Makes the place that it writes into, once.
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

    /// Looks at what a version has written into a destination outside of `kept`, likewise.
    fn verify_external<K: ProjectionStore>(
        &self,
        kept: &K,
        destination: &mut Db,
    ) -> impl Future<Output = Result<Verified, StoreError>> + Send {
        let _ = (kept, destination);
        async { Ok(Verified::Done(Verification::default())) }
    }
}

/// An event that is handed to a [`Consumer`].
#[derive(Clone, Debug)]
pub(crate) struct Handed {
    /// The key that orders the event, as the consumer has told it.
    pub(crate) key: ProjectionKey,
    /// The event.
    pub(crate) event: RecordedEvent,
    /// True if its side effects are to happen: the version serves, and no version before had them.
    pub(crate) with_effects: bool,
}
