//! Pages of the log, one of which is read while the one before it is handled.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::read::projection::RunOptions;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::selection::{SelectedPage, Selection};
use crate::stream::Position;

/// Reads the part of the log that a version is owed, in pages of up to a batch.
#[derive(Debug)]
pub(super) struct PageReader<S> {
    log: S,
    selection: Selection,
    /// The most events of a batch.
    batch: u32,
    /// The time that a page which is not full waits for more.
    linger: Duration,
    ahead: Option<ReadAhead>,
}

impl<S: EventStore> PageReader<S> {
    pub(super) fn new(log: S, selection: Selection, options: &RunOptions) -> Self {
        Self { log, selection, batch: options.batch(), linger: options.linger(), ahead: None }
    }

    pub(super) fn log(&self) -> &S {
        &self.log
    }

    /// Reads events of these names from here on.
    pub(super) fn follow(&mut self, names: &[EventName]) {
        if self.selection.types() != names {
            self.selection = self.selection.clone().with_types(names.iter().cloned());
            self.ahead = None;
        }
    }

    /// Forgets what was read ahead.
    pub(super) fn forget(&mut self) {
        self.ahead = None;
    }

    /// True if the page that comes next is there without waiting.
    pub(super) fn has_next(&self) -> bool {
        let full = if self.linger.is_zero() { 0 } else { self.batch as usize };
        self.ahead.as_ref().is_some_and(|ahead| ahead.is_there(full))
    }

    /// True if that is the page after `from`.
    pub(super) fn has_page_after(&self, from: Position) -> bool {
        self.has_next() && self.ahead.as_ref().is_some_and(|ahead| ahead.is_after(from))
    }

    /// Reads the page after a position. One at the end of the log that is not full waits for what comes a
    /// moment later.
    pub(super) async fn read(
        &mut self,
        from: Position,
        stop: &CancellationToken,
    ) -> Result<SelectedPage, StoreError> {
        let page = match self.ahead.take().filter(|ahead| ahead.is_after(from)) {
            Some(ahead) => {
                let (page, left) = ahead.page(self.batch as usize).await?;
                self.ahead = left;
                page
            }
            None => self.select(from).await?,
        };
        let is_last = page.through >= page.safe && !page.events.is_empty();
        if self.linger.is_zero() || !is_last || page.events.len() >= self.batch as usize {
            return Ok(page);
        }
        stop.run_until_cancelled(sleep(self.linger)).await;
        self.select(from).await
    }

    /// Begins to read the page after a position, unless one is read ahead already.
    pub(super) fn read_ahead(&mut self, after: Position) {
        if self.ahead.is_none() {
            let limit = page_size(self.batch);
            self.ahead = Some(ReadAhead::begin(&self.log, &self.selection, after, limit));
        }
    }

    async fn select(&mut self, from: Position) -> Result<SelectedPage, StoreError> {
        let page = self.log.select_page(&self.selection, from, page_size(self.batch)).await?;
        let (page, left) = ReadAhead::cut(page, self.batch as usize);
        self.ahead = left;
        Ok(page)
    }
}

/// The events of a page, at least: a page costs as much as many events, and small batches share one.
const FEWEST: u32 = 200;

/// The events of a page for batches of up to `batch` events.
fn page_size(batch: u32) -> u32 {
    batch.max(FEWEST)
}

/// The page after a position, read in advance. If this is dropped, the page is not read, or is read
/// again.
#[derive(Debug)]
struct ReadAhead {
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
    fn begin<S: EventStore>(log: &S, selection: &Selection, after: Position, limit: u32) -> Self {
        let (log, selection) = (log.clone(), selection.clone());
        let read = async move { log.select_page(&selection, after, limit).await };
        Self { after, page: Page::Reading(AbortOnDropHandle::new(tokio::spawn(read))) }
    }

    /// True if it is the page after that position.
    fn is_after(&self, after: Position) -> bool {
        self.after == after
    }

    /// True if it is there without waiting; with fewer than `full` events at the end of the log it waits for
    /// more.
    fn is_there(&self, full: usize) -> bool {
        match &self.page {
            Page::Reading(_) => false,
            Page::Left(events, page) => events.len() >= full || page.through < page.safe,
        }
    }

    /// A page of up to `batch` events, and what is left after it.
    async fn page(self, batch: usize) -> Result<(SelectedPage, Option<Self>), StoreError> {
        match self.page {
            Page::Reading(page) => match page.await {
                Ok(page) => Ok(Self::cut(page?, batch)),
                Err(broken_off) => Err(StoreError::new(StoreErrorKind::Other, broken_off)),
            },
            Page::Left(events, page) => Ok(Self::cut_left(events, page, batch)),
        }
    }

    /// The first events of a page, as a page of its own, and the others.
    fn cut(mut page: SelectedPage, batch: usize) -> (SelectedPage, Option<Self>) {
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
