//! Reads that are written once on top of every event store.

use std::future::Future;

use futures_core::Stream;

use crate::event::recorded::RecordedEvent;
use crate::read::subscription::{Start, Subscription};
use crate::store::checkpoint::{Checkpoint, ResumeError};
use crate::store::cursor::Cursor;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::page::LogPage;
use crate::store::paging;
use crate::store::selection::Selection;
use crate::stream::{Position, StreamId, Version};

/// Reads of an event store as streams and subscriptions, for every [`EventStore`].
///
/// The trait is in the [prelude](crate::prelude). No store implements it by itself.
pub trait EventStoreExt: EventStore {
    /// The events of one stream, read page by page, in the order of the cursor.
    ///
    /// Ends where the stream ended when its last page was read.
    ///
    /// ```
    /// use es_core::prelude::*;
    /// use futures_util::TryStreamExt;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store = MemoryStore::new();
    /// let stream = StreamId::new(Category::new("account")?, StreamKey::new("ada")?);
    /// let newest_first = store.read_stream(&stream, Cursor::<Version>::END).try_collect::<Vec<_>>().await?;
    /// assert!(newest_first.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    fn read_stream(
        &self,
        stream: &StreamId,
        cursor: Cursor<Version>,
    ) -> impl Stream<Item = Result<RecordedEvent, StoreError>> + Send + use<Self> {
        paging::stream(self.clone(), stream.clone(), cursor)
    }

    /// The events of the log, read page by page, in the order of the cursor.
    ///
    /// Ends at the safe end of the log as it was when the last page was read.
    fn read_log(
        &self,
        cursor: Cursor<Position>,
    ) -> impl Stream<Item = Result<RecordedEvent, StoreError>> + Send + use<Self> {
        paging::log(self.clone(), cursor)
    }

    /// Reads up to `limit` events of the log after a checkpoint, upwards.
    ///
    /// # Errors
    ///
    /// A checkpoint that this log cannot have given is refused: see [`ResumeError`].
    fn resume_log(
        &self,
        checkpoint: Checkpoint,
        limit: u32,
    ) -> impl Future<Output = Result<LogPage, ResumeError>> + Send {
        async move {
            let page = self.log_page(Cursor::After(checkpoint.position), limit).await?;
            if page.incarnation != checkpoint.incarnation {
                return Err(ResumeError::OtherLog { checkpoint, actual: page.incarnation });
            }
            if page.head < checkpoint.position {
                return Err(ResumeError::AheadOfLog { checkpoint, head: page.head });
            }
            Ok(page)
        }
    }

    /// The events of a part of the log: those that are there from `start` on, then those that come. It
    /// does not end by itself. See [`Subscription`].
    fn subscribe(&self, selection: Selection, start: Start) -> Subscription<Self> {
        Subscription::new(self.clone(), selection, start)
    }
}

impl<S: EventStore> EventStoreExt for S {}
