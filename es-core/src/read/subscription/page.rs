//! One page after another, each read by a task of its own.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::task::JoinHandle;

use super::error::SubscriptionError;
use super::place::{check, place};
use super::retry::patiently;
use super::start::Start;
use crate::event::recorded::RecordedEvent;
use crate::store::checkpoint::Checkpoint;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::selection::Selection;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// A page of events, and the checkpoint up to which the log was read for it.
pub(super) struct Page {
    pub(super) events: Vec<RecordedEvent>,
    pub(super) through: Checkpoint,
    /// The end of the log, if this was all of it.
    pub(super) end: Option<Position>,
}

/// The place to read next.
pub(super) struct Next {
    pub(super) selection: Arc<Selection>,
    pub(super) start: Start,
    pub(super) since: Option<Timestamp>,
    /// The checkpoint up to which was read; none if the place is still to be found.
    pub(super) read: Option<Checkpoint>,
    /// The end of the log, if all of it was read.
    pub(super) end: Option<Position>,
}

/// A page that is being read, whether anybody asks for it or not: a reader that thinks for long holds no
/// connection of the store. Dropped, it is given up.
pub(super) struct Reading(JoinHandle<Result<Page, SubscriptionError>>);

impl Reading {
    pub(super) fn of<S: EventStore>(store: S, next: Next, limit: u32) -> Self {
        Self(tokio::spawn(async move { read(&store, next, limit).await }))
    }
}

impl Future for Reading {
    type Output = Result<Page, SubscriptionError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|read| {
            read.unwrap_or_else(|stopped| {
                Err(StoreError::new(StoreErrorKind::Other, stopped).into())
            })
        })
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Finds the place, or waits if there was no more, and reads on from where the last page ended.
async fn read<S: EventStore>(store: &S, next: Next, limit: u32) -> Result<Page, SubscriptionError> {
    let Some(read) = next.read else {
        let through = Box::pin(place(store, next.start)).await?;
        return Ok(Page { events: Vec::new(), through, end: None });
    };
    if let Some(end) = next.end {
        store.log_grown(end).await;
    }
    let selection = &*next.selection;
    let page = patiently(|| store.select_page(selection, read.position, limit)).await?;
    check(read, page.incarnation, page.head)?;
    let mut events = page.events;
    if let Some(since) = next.since {
        events.retain(|event| event.recorded_at >= since);
    }
    let through = page.through.max(read.position);
    let end = (through >= page.safe).then_some(page.safe);
    Ok(Page { events, through: Checkpoint::new(page.incarnation, through), end })
}
