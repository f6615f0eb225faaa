//! A subscription whose events are read as a set.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::error::SubscriptionError;
use super::subscriber::Subscription;
use crate::checkpoint::Checkpoint;
use crate::decoded::DecodedEvents;
use crate::event_set::EventSet;
use crate::recorded::Recorded;
use crate::store::EventStore;

/// A [`Subscription`] to the events of the set `T`; [`Subscription::typed`] makes one.
///
/// A stored event that is [superseded](crate::Superseded) comes as the events that it has become, one
/// after the other: none, one or several, at one position.
///
/// An event that cannot be read is an item, [`Unreadable`](SubscriptionError::Unreadable), and not the
/// end: whoever polls again has decided to go on behind it. Until then the
/// [`checkpoint`](Self::checkpoint) stands before it, so that a service that stops there finds it again
/// when it can read it.
///
/// It passes by the records of [transformations](crate::TransformStore), which no set reads. Whoever
/// keeps something about a stream and must begin anew there takes the [`Subscription`] itself, or a
/// projection.
#[must_use = "a subscription does nothing unless it is polled"]
pub struct TypedSubscription<S: EventStore, T> {
    events: Subscription<S>,
    /// What is left of the last stored event.
    parts: Option<DecodedEvents<Recorded<T>>>,
    /// The checkpoint before a stored event that was not handed out as a whole.
    before: Option<Checkpoint>,
}

impl<S: EventStore, T: EventSet> TypedSubscription<S, T> {
    pub(super) fn new(events: Subscription<S>) -> Self {
        Self { events, parts: None, before: None }
    }

    /// As [`Subscription::begin`].
    ///
    /// # Errors
    ///
    /// As an item of it; then it is over.
    pub async fn begin(&mut self) -> Result<Checkpoint, SubscriptionError> {
        self.events.begin().await
    }

    /// How far it has come: everything up to here was handed out, as a whole. None before it has begun.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.before.or_else(|| self.events.checkpoint())
    }
}

impl<S: EventStore, T: EventSet> Stream for TypedSubscription<S, T> {
    type Item = Result<Recorded<T>, SubscriptionError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(parts) = &mut this.parts {
                let part = parts.next();
                if parts.len() == 0 {
                    (this.parts, this.before) = (None, None);
                }
                if let Some(part) = part {
                    return Poll::Ready(Some(Ok(part)));
                }
            }
            this.before = None;
            let before = this.events.checkpoint();
            let event = match ready!(Pin::new(&mut this.events).poll_next(cx)) {
                Some(Ok(event)) => event,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            if event.stream.is_archive() {
                continue;
            }
            this.before = before;
            match event.decode::<T>() {
                Ok(parts) => this.parts = Some(parts.into_iter()),
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
        }
    }
}

impl<S: EventStore, T> Unpin for TypedSubscription<S, T> {}

impl<S: EventStore, T> fmt::Debug for TypedSubscription<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedSubscription").field("events", &self.events).finish_non_exhaustive()
    }
}
