//! Transition from one batch to the next without a pause.

use std::sync::{Mutex, PoisonError};

use super::consumer::Consumer;
use super::read_ahead::ReadAhead;
use super::run_loop::Runner;
use super::sink::Sink;
use crate::read::projection::{ProjectionStore, VersionState};
use crate::store::event_store::EventStore;

/// The batch for what comes next, where it was begun with the commit of the one before. Nobody locks it: a
/// batch need not be shared between threads to be handed from one to another.
#[derive(Debug)]
pub(super) struct Begun<B>(Mutex<Option<B>>);

impl<B> Default for Begun<B> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<B> Begun<B> {
    pub(super) fn set(&mut self, batch: Option<B>) {
        self.0 = Mutex::new(batch);
    }

    pub(super) fn take(&mut self) -> Option<B> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<S: EventStore, P: ProjectionStore, W: Sink<P>, C: Consumer<W::Db>> Runner<S, P, W, C> {
    /// True if the next batch follows on the heels of this one: its events are there, and nothing is to be
    /// done before it that may take its time. A batch that is begun holds a connection.
    pub(super) fn goes_on_at_once(&self) -> bool {
        let asks_for_limits = self.has_effects && self.state == VersionState::Building;
        self.ahead.as_ref().is_some_and(ReadAhead::is_there)
            && !W::IS_EXTERNAL
            && !asks_for_limits
            && !self.stop.is_cancelled()
            && !self.has_other_work()
    }

    /// True if something else comes before the next batch.
    pub(super) fn has_other_work(&self) -> bool {
        self.must_beat
            || self.to_stop.is_some()
            || self.slots.len() == 0
            || self.waiting.has_due()
            || self.news.has_changed().unwrap_or(true)
    }

    /// Undoes the batch that was begun for what comes next, if one was.
    pub(super) async fn put_back(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.rollback(begun).await;
        }
    }
}
