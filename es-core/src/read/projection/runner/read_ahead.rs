//! Read-ahead of the log: a page that is read while the current one is handled, and the rest of a
//! page that is larger than a batch.

use std::collections::VecDeque;

use tokio_util::task::AbortOnDropHandle;

use crate::event::recorded::RecordedEvent;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::selection::{SelectedPage, Selection};
use crate::stream::Position;

/// The events of a page, at least: a page costs as much as many events, and small batches share one.
const FEWEST: u32 = 200;

/// The events of a page for batches of up to `batch` events.
pub(super) fn page_size(batch: u32) -> u32 {
    batch.max(FEWEST)
}

/// The page after a position, read in advance. If this is dropped, the page is not read, or is read
/// again.
#[derive(Debug)]
pub(super) struct ReadAhead {
    after: Position,
    page: Page,
}

#[derive(Debug)]
enum Page {
    Reading(AbortOnDropHandle<Result<SelectedPage, StoreError>>),
    /// The events that a page has left, and the page without them.
    Left(VecDeque<RecordedEvent>, SelectedPage),
}

impl ReadAhead {
    pub(super) fn begin<S: EventStore>(
        log: &S,
        selection: &Selection,
        after: Position,
        limit: u32,
    ) -> Self {
        let (log, selection) = (log.clone(), selection.clone());
        let read = async move { log.select_page(&selection, after, limit).await };
        Self { after, page: Page::Reading(AbortOnDropHandle::new(tokio::spawn(read))) }
    }

    /// True if it is the page after that position.
    pub(super) fn is_after(&self, after: Position) -> bool {
        self.after == after
    }

    /// True if it is there without waiting.
    pub(super) fn is_there(&self) -> bool {
        matches!(self.page, Page::Left(..))
    }

    /// A page of up to `batch` events, and what is left after it.
    pub(super) async fn page(
        self,
        batch: usize,
    ) -> Result<(SelectedPage, Option<Self>), StoreError> {
        match self.page {
            Page::Reading(page) => match page.await {
                Ok(page) => Ok(Self::cut(page?, batch)),
                Err(broken_off) => Err(StoreError::new(StoreErrorKind::Other, broken_off)),
            },
            Page::Left(events, page) => Ok(Self::cut_left(events, page, batch)),
        }
    }

    /// The first events of a page, as a page of its own, and the others.
    pub(super) fn cut(mut page: SelectedPage, batch: usize) -> (SelectedPage, Option<Self>) {
        if page.events.len() <= batch {
            return (page, None);
        }
        let events = std::mem::take(&mut page.events);
        Self::cut_left(events.into(), page, batch)
    }

    fn cut_left(
        mut events: VecDeque<RecordedEvent>,
        mut page: SelectedPage,
        batch: usize,
    ) -> (SelectedPage, Option<Self>) {
        if events.len() <= batch {
            page.events = events.into();
            return (page, None);
        }
        let mut first = page.clone();
        first.events = events.drain(..batch).collect();
        let last = first.events.last().map(|event| event.position);
        // Of an empty batch nothing is known beyond where it began; there is none, since `batch` is at least 1.
        first.through = last.unwrap_or_default();
        let after = first.through;
        (first, Some(Self { after, page: Page::Left(events, page) }))
    }
}
