//! Transition from one batch to the next without a pause.

use std::sync::{Mutex, PoisonError};

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
