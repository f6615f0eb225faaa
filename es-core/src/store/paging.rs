//! Pages unfolded into streams, once for every store.

use std::vec;

use futures_core::Stream;
use futures_util::stream;

use crate::event::placed_event::PlacedEvent;
use crate::event::recorded::RecordedEvent;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::silence::answered;
use crate::stream::{Position, StreamId, Version};

/// The number of events in a page. Pages of 500 to 1,000 read within a tenth of the speed of pages
/// of 5,000.
pub(crate) const PAGE: u32 = 500;

type Item = Result<RecordedEvent, StoreError>;

pub(crate) fn stream<S: EventStore>(
    store: S,
    stream: StreamId,
    cursor: Cursor<Version>,
) -> impl Stream<Item = Item> + Send {
    unfold_stream(store, stream, Pages::before(cursor))
}

/// The events of a stream after `version`, from the first page of them where it was read.
pub(crate) fn stream_from<S: EventStore>(
    store: S,
    stream: StreamId,
    version: Version,
    page: Option<Vec<RecordedEvent>>,
) -> impl Stream<Item = Item> + Send {
    let mut pages = Pages::before(Cursor::After(version));
    if let Some(page) = page {
        pages.refill(page, |last| last.version);
    }
    unfold_stream(store, stream, pages)
}

fn unfold_stream<S: EventStore>(
    store: S,
    stream: StreamId,
    start: Pages<Version>,
) -> impl Stream<Item = Item> + Send {
    stream::try_unfold((store, stream, start), |(store, stream, mut pages)| async move {
        loop {
            if let Some(event) = pages.buffer.next() {
                return Ok(Some((event, (store, stream, pages))));
            }
            if pages.last_page {
                return Ok(None);
            }
            let events = answered(store.stream_page(&stream, pages.cursor, PAGE)).await?;
            if !goes_on(&store, &stream, &pages, &events).await? {
                return Err(replaced());
            }
            pages.refill(events, |last| last.version);
        }
    })
}

/// True if the next page is of the same events as the pages before it. The versions of a copy are
/// all greater than those of the events that it stands for.
async fn goes_on<S: EventStore>(
    store: &S,
    stream: &StreamId,
    pages: &Pages<Version>,
    next: &[RecordedEvent],
) -> Result<bool, StoreError> {
    let Some(last) = pages.last else {
        return Ok(true);
    };
    Ok(match (pages.cursor, next.first()) {
        (Cursor::After(_), next) => next.is_none_or(|next| next.version == last.plus(1)),
        (Cursor::Before(_), Some(next)) => next.version.plus(1) == last,
        (Cursor::Before(_), None) if last == Version(1) => true,
        (Cursor::Before(_), None) => {
            let first = answered(store.stream_page(stream, Cursor::START, 1)).await?;
            first.first().is_some_and(|first| first.version == last)
        }
    })
}

/// Refuses a page of a copy that took the name of the stream, which does not go on after the event at `last`.
pub(crate) fn check_follows(page: &[PlacedEvent], last: Version) -> Result<(), StoreError> {
    match page.first() {
        Some(next) if next.version != last.plus(1) => Err(replaced()),
        _ => Ok(()),
    }
}

fn replaced() -> StoreError {
    StoreError::new(StoreErrorKind::Contention, Replaced)
}

/// The error that one page was of the stream as it was, and the next of the copy that took its
/// name.
#[derive(Debug, thiserror::Error)]
#[error("the stream was transformed while it was read; read it again")]
struct Replaced;

/// True if a stream could not be read to its end because a copy took its name.
pub(crate) fn was_replaced(error: &StoreError) -> bool {
    let source = std::error::Error::source(error);
    source.and_then(|source| source.downcast_ref::<Replaced>()).is_some()
}

pub(crate) fn log<S: EventStore>(
    store: S,
    cursor: Cursor<Position>,
) -> impl Stream<Item = Item> + Send {
    stream::try_unfold((store, Pages::before(cursor)), |(store, mut pages)| async move {
        loop {
            if let Some(event) = pages.buffer.next() {
                return Ok(Some((event, (store, pages))));
            }
            if pages.last_page {
                return Ok(None);
            }
            let page = store.log_page(pages.cursor, PAGE).await?;
            pages.refill(page.events, |last| last.position);
        }
    })
}

/// The rest of the current page, and the place where the next one begins.
struct Pages<P> {
    cursor: Cursor<P>,
    last_page: bool,
    /// The place of the last event that was read.
    last: Option<P>,
    buffer: vec::IntoIter<RecordedEvent>,
}

impl<P: Copy> Pages<P> {
    /// The state before the first page.
    fn before(cursor: Cursor<P>) -> Self {
        Self { cursor, last_page: false, last: None, buffer: Vec::new().into_iter() }
    }

    fn refill(&mut self, events: Vec<RecordedEvent>, place: impl Fn(&RecordedEvent) -> P) {
        self.last_page = events.len() < PAGE as usize;
        if let Some(last) = events.last() {
            let place = place(last);
            self.cursor = self.cursor.moved_to(place);
            self.last = Some(place);
        }
        self.buffer = events.into_iter();
    }
}
