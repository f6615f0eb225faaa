//! The event that a node has in hand, and the time that it has had it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::InHand;
use crate::stream::{Position, StreamId};
use crate::timestamp::Timestamp;

/// The event that a handler was given last and is not done with.
///
/// The handler's loop writes it, the lease's heartbeat tells of it, and whoever waits for the handler knows by
/// it when one event has taken too long.
#[derive(Debug, Default)]
pub(crate) struct Hand(Mutex<Option<Taken>>);

#[derive(Debug)]
struct Taken {
    position: Position,
    event: EventName,
    stream: StreamId,
    since: Timestamp,
    at: Instant,
}

impl Hand {
    /// A handler is given the event, or several of which it is the first.
    pub(crate) fn take(&self, event: &RecordedEvent) {
        *self.lock() = Some(Taken {
            position: event.position,
            event: event.event.name.clone(),
            stream: event.stream.clone(),
            since: Timestamp::now(),
            at: Instant::now(),
        });
    }

    /// Clears the event in hand.
    pub(super) fn put_down(&self) {
        *self.lock() = None;
    }

    /// The event as a list shows it.
    pub(super) fn shown(&self) -> Option<InHand> {
        let taken = self.lock();
        let taken = taken.as_ref()?;
        let (event, stream) = (taken.event.to_string(), taken.stream.to_string());
        Some(InHand::new(taken.position, event, stream, taken.since))
    }

    /// Returns the time for which the event in hand has been there.
    pub(super) fn elapsed(&self) -> Duration {
        self.lock().as_ref().map(|taken| taken.at.elapsed()).unwrap_or_default()
    }

    /// Returns once one and the same event has been in hand for longer than `limit`.
    pub(super) async fn is_overdue(&self, limit: Duration) {
        loop {
            let since = self.lock().as_ref().map(|taken| taken.at);
            // Nothing in hand yet: the handler is about to begin.
            let since = since.unwrap_or_else(Instant::now);
            let Some(due) = since.checked_add(limit) else { return std::future::pending().await };
            if due <= Instant::now() {
                return;
            }
            sleep_until(due).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Taken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
