//! A part of the log as a stream that does not end.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::vec;

use futures_core::Stream;

use super::error::SubscriptionError;
use super::page::{Next, Page, Reading};
use super::start::Start;
use super::typed::TypedSubscription;
use crate::event::recorded::RecordedEvent;
use crate::event::set::EventSet;
use crate::store::checkpoint::Checkpoint;
use crate::store::event_store::EventStore;
use crate::store::paging::PAGE;
use crate::store::selection::Selection;
use crate::stream::Position;
use crate::timestamp::Timestamp;

/// The events of a part of the log, in its order: those that are there, then those that come. It does
/// not end by itself; [`EventStoreExt::subscribe`](crate::EventStoreExt::subscribe) makes one.
///
/// # What it guarantees
///
/// - **No seam.** What is there and what comes is read in the same way, from where the log is complete,
///   so there is nothing to be lost or doubled between the two.
/// - **Back-pressure.** Two pages of 500 events are in memory at most: one that is handed out, one
///   ahead of it. A reader that thinks for long keeps no connection of the store.
/// - **It survives the store.** While that is away, and in whatever a moment cures, it tries again, and
///   says so as a warning of the target `es`. Anything else is its last item.
/// - **It knows its log.** Where that was restored or replaced it ends with
///   [`Resume`](SubscriptionError::Resume).
///
/// Nothing is kept of it: whoever wants to go on later keeps the [`checkpoint`](Self::checkpoint).
/// It runs on tokio, with a timer.
///
/// Of the archive of a [transformed](crate::TransformStore) stream it has the record alone, see
/// [`Selection`].
///
/// ```
/// use es_core::prelude::*;
/// use es_core::{Selection, Start};
/// use futures_util::StreamExt;
/// # use es_core::{EventName, Payload, RawEvent};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = MemoryStore::new();
/// # let opened = RawEvent::new(EventName::new("opened")?, SchemaVersion(1), Payload::parse("{}")?);
/// # let opened = NewEvent::new(opened, Metadata::default());
/// # let append = Append::to("account/ada".parse()?, ExpectedVersion::Any, vec![opened])?;
/// let accounts = Selection::category(Category::new("account")?);
/// let mut events = store.subscribe(accounts.clone(), Start::Beginning);
/// store.append(append).await?;
///
/// let Some(event) = events.next().await.transpose()? else { return Ok(()) };
/// assert_eq!(event.stream.to_string(), "account/ada");
///
/// // Later, in another process:
/// let checkpoint = events.checkpoint().ok_or("it has begun")?;
/// let events = store.subscribe(accounts, Start::From(checkpoint));
/// # Ok(())
/// # }
/// ```
#[must_use = "a subscription does nothing unless it is polled"]
pub struct Subscription<S: EventStore> {
    store: S,
    selection: Arc<Selection>,
    start: Start,
    /// The instant before which recorded events are left out.
    since: Option<Timestamp>,
    /// The checkpoint up to which was handed out; none before the place is known.
    handed: Option<Checkpoint>,
    /// The page that is handed out, and where the log was read to for it.
    events: vec::IntoIter<RecordedEvent>,
    through: Option<Checkpoint>,
    /// The page after it.
    ahead: Option<Page>,
    reading: Option<Reading>,
    /// The checkpoint up to which was read, and the end of the log if that was all.
    read: Option<Checkpoint>,
    end: Option<Position>,
    failed: Option<SubscriptionError>,
    is_over: bool,
}

impl<S: EventStore> Subscription<S> {
    pub(crate) fn new(store: S, selection: Selection, start: Start) -> Self {
        let since = match start {
            Start::At(at) => Some(at),
            _ => None,
        };
        Self {
            store,
            selection: Arc::new(selection),
            start,
            since,
            handed: None,
            events: Vec::new().into_iter(),
            through: None,
            ahead: None,
            reading: None,
            read: None,
            end: None,
            failed: None,
            is_over: false,
        }
    }

    /// Finds the place where it begins, if it has not begun, and answers with the checkpoint.
    ///
    /// What is appended after this call is in a subscription from [`Start::Now`].
    ///
    /// # Errors
    ///
    /// As an item of it; then it is over.
    pub async fn begin(&mut self) -> Result<Checkpoint, SubscriptionError> {
        poll_fn(|cx| {
            loop {
                if let Some(handed) = self.handed {
                    return Poll::Ready(Ok(handed));
                }
                if let Some(error) = self.failed.take() {
                    self.is_over = true;
                    return Poll::Ready(Err(error));
                }
                if !self.poll_page(cx) {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// The progress: everything of the selection up to here was handed out. None before it has
    /// begun.
    ///
    /// Stored when the last item is done, it is the place to [go on from](Start::From) after a
    /// restart. It moves on without an event too, over what is not selected.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.handed
    }

    /// The same as events of the set `T`, of those types alone, in place of the types of the selection.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use es_core::{Selection, Start};
    /// use futures_util::StreamExt;
    ///
    /// #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
    /// # #[serde(crate = "es_core::serde")]
    /// #[event(name = "order-placed")]
    /// struct OrderPlaced {
    ///     cents: u64,
    /// }
    ///
    /// #[derive(EventSet)]
    /// enum Orders {
    ///     Placed(OrderPlaced),
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = MemoryStore::new();
    /// # let placed = NewEvent::of(&Orders::from(OrderPlaced { cents: 7 }), Metadata::default())?;
    /// # store.append(Append::to("order/1".parse()?, ExpectedVersion::Any, vec![placed])?).await?;
    /// let mut orders = store.subscribe(Selection::log(), Start::Beginning).typed::<Orders>();
    ///
    /// let Some(order) = orders.next().await.transpose()? else { return Ok(()) };
    /// let Orders::Placed(placed) = order.event;
    /// assert_eq!(placed.cents, 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn typed<T: EventSet>(self) -> TypedSubscription<S, T> {
        let selection = Selection::clone(&self.selection).of_set::<T>();
        let start = self.handed.map_or(self.start, Start::From);
        let (selection, failed) = match selection {
            Ok(selection) => (selection, None),
            Err(error) => (Selection::log(), Some(SubscriptionError::Set(error))),
        };
        let events = Self::new(self.store.clone(), selection, start);
        let done = match start {
            Start::From(checkpoint) => checkpoint.parts,
            _ => None,
        };
        let events = Self { since: self.since, failed, is_over: self.is_over, ..events };
        TypedSubscription::new(events, done)
    }

    /// Reads ahead, unless there is a page; whether anything has come of it.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> bool {
        // Nobody needs to wait at the end of the log while there is something to hand out.
        let is_early = self.end.is_some() && self.events.len() > 0;
        if self.ahead.is_some() || self.failed.is_some() || self.is_over || is_early {
            return false;
        }
        let (store, next) = (&self.store, || Next {
            selection: Arc::clone(&self.selection),
            start: self.start,
            since: self.since,
            read: self.read,
            end: self.end,
        });
        let reading = self.reading.get_or_insert_with(|| Reading::of(store.clone(), next(), PAGE));
        let Poll::Ready(page) = Pin::new(reading).poll(cx) else {
            return false;
        };
        self.reading = None;
        match page {
            Ok(page) => {
                (self.read, self.end) = (Some(page.through), page.end);
                self.handed.get_or_insert(page.through);
                self.ahead = Some(page);
            }
            Err(error) => self.failed = Some(error),
        }
        true
    }
}

impl<S: EventStore> Stream for Subscription<S> {
    type Item = Result<RecordedEvent, SubscriptionError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let has_more = this.poll_page(cx);
            if let Some(event) = this.events.next() {
                if let Some(handed) = &mut this.handed {
                    handed.position = event.position;
                }
                return Poll::Ready(Some(Ok(event)));
            }
            this.handed = this.through.take().or(this.handed);
            if let Some(page) = this.ahead.take() {
                this.events = page.events.into_iter();
                this.through = Some(page.through);
            } else if let Some(error) = this.failed.take() {
                this.is_over = true;
                return Poll::Ready(Some(Err(error)));
            } else if this.is_over {
                return Poll::Ready(None);
            } else if !has_more {
                return Poll::Pending;
            }
        }
    }
}

impl<S: EventStore> Unpin for Subscription<S> {}

/// Prints the progress and no event.
impl<S: EventStore> fmt::Debug for Subscription<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("selection", &self.selection)
            .field("start", &self.start)
            .field("checkpoint", &self.handed)
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}
