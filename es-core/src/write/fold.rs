//! The fold of a stream page by page, each page while the next one is read.
//!
//! ```text
//! store    reads 1 |    reads 2 |    reads 3 |
//! fold             | folds 1    | folds 2    | folds 3
//! ```

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use tokio::task::yield_now;

use crate::domain::aggregate::Aggregate;
use crate::event::placed_event::PlacedEvent;
use crate::store::event_store::EventStore;
use crate::store::paging;
use crate::store::silence::answered;
use crate::stream::StreamId;
use crate::write::load::{Loaded, Until};
use crate::write::load_error::LoadError;

/// The number of events a page: twice that of pages of whole records, each of which is more than
/// twice as large.
const PAGE: u32 = 1024;

/// Folds the events of a stream that come after `loaded`, up to a bound, and returns their number.
///
/// # Errors
///
/// An error for which [`was_replaced`](paging::was_replaced) is true, if a copy took the name of
/// the stream meanwhile.
pub(crate) async fn fold_after<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    loaded: &mut Loaded<A>,
    until: Until,
) -> Result<u64, LoadError> {
    let page = answered(store.fold_page(stream, loaded.version, PAGE)).await?;
    if loaded.exists() {
        paging::check_follows(&page, loaded.version)?;
    }
    fold_pages(store, stream, loaded, page, PAGE, until).await
}

/// Folds like [`fold_after`], beginning with a page of at most `limit` events that is already read.
pub(crate) async fn fold_pages<A: Aggregate, S: EventStore>(
    store: &S,
    stream: &StreamId,
    loaded: &mut Loaded<A>,
    mut page: Vec<PlacedEvent>,
    mut limit: u32,
    until: Until,
) -> Result<u64, LoadError> {
    let mut count = 0;
    loop {
        let is_full = page.len() >= limit as usize;
        let Some(last) = page.last().filter(|last| is_full && until.includes(last)) else {
            return Ok(count + fold_page(stream, loaded, &page, until)?);
        };
        let last = last.version;
        let mut next = pin!(answered(store.fold_page(stream, last, PAGE)));
        let next_page = poll_fn(|context| Poll::Ready(next.as_mut().poll(context))).await;
        if next_page.is_pending() {
            // What was begun on a task of this thread goes out before the fold takes the thread.
            yield_now().await;
        }
        count += fold_page(stream, loaded, &page, until)?;
        page = match next_page {
            Poll::Ready(next) => next?,
            Poll::Pending => next.await?,
        };
        limit = PAGE;
        paging::check_follows(&page, last)?;
    }
}

fn fold_page<A: Aggregate>(
    stream: &StreamId,
    loaded: &mut Loaded<A>,
    page: &[PlacedEvent],
    until: Until,
) -> Result<u64, LoadError> {
    let mut count = 0;
    for event in page.iter().take_while(|event| until.includes(event)) {
        loaded.fold(stream, event)?;
        count += 1;
    }
    Ok(count)
}
