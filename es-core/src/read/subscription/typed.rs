//! A subscription whose events are read as a set.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::error::SubscriptionError;
use super::subscriber::Subscription;
use crate::event::decoded::DecodedEvents;
use crate::event::recorded::Recorded;
use crate::event::set::EventSet;
use crate::store::checkpoint::{Checkpoint, HandedParts};
use crate::store::event_store::EventStore;
use crate::stream::Position;

/// A [`Subscription`] to the events of the set `T`; [`Subscription::typed`] makes one.
///
/// A stored event that is [superseded](crate::Superseded) comes as the events that it has become, one
/// after the other: none, one or several, at one position. A reader that stops between them and
/// [goes on](crate::Start::From) from its checkpoint goes on with the next.
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
    /// The rest of the last stored event.
    parts: Option<DecodedEvents<Recorded<T>>>,
    /// The checkpoint before a stored event that was not handed out as a whole, and so much of it.
    before: Option<Checkpoint>,
    /// The parts that were handed out of a stored event before this subscription began.
    done: Option<HandedParts>,
}

impl<S: EventStore, T: EventSet> TypedSubscription<S, T> {
    pub(super) fn new(events: Subscription<S>, done: Option<HandedParts>) -> Self {
        Self { events, parts: None, before: None, done }
    }

    /// Finds the place where it begins, like [`Subscription::begin`].
    ///
    /// # Errors
    ///
    /// As an item of it; then it is over.
    pub async fn begin(&mut self) -> Result<Checkpoint, SubscriptionError> {
        let begun = self.events.begin().await?;
        Ok(self.checkpoint().unwrap_or(begun))
    }

    /// The progress: everything up to here was handed out, as a whole, and
    /// [so many parts](Checkpoint::parts) of the event after it. None before it has begun.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let here = || {
            let here = self.events.checkpoint()?;
            let parts = self.done.filter(|done| done.position > here.position);
            Some(Checkpoint { parts, ..here })
        };
        self.before.or_else(here)
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
                    if let Some(before) = &mut this.before {
                        before.parts = handed(part.position, part.part.saturating_add(1));
                    }
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
            let done = this.done_of(event.position);
            let parts = handed(event.position, done);
            this.before = before.map(|before| Checkpoint { parts, ..before });
            match event.decode::<T>() {
                Ok(parts) => {
                    let mut parts = parts.into_iter();
                    let _ = (0..done).try_for_each(|_| parts.next().map(drop));
                    this.parts = Some(parts);
                }
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
        }
    }
}

impl<S: EventStore, T> TypedSubscription<S, T> {
    /// The number of parts of the event at `position` that were handed out before this subscription began.
    fn done_of(&mut self, position: Position) -> u32 {
        let Some(done) = self.done.take_if(|done| done.position <= position) else {
            return 0;
        };
        if done.position == position { done.count } else { 0 }
    }
}

fn handed(position: Position, count: u32) -> Option<HandedParts> {
    (count > 0).then_some(HandedParts { position, count })
}

impl<S: EventStore, T> Unpin for TypedSubscription<S, T> {}

impl<S: EventStore, T> fmt::Debug for TypedSubscription<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedSubscription").field("events", &self.events).finish_non_exhaustive()
    }
}
