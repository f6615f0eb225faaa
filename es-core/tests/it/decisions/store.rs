//! A store whose readings are counted, before whose appends things happen, and in which events can
//! be late to appear.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::prelude::*;
use es_core::{
    AppendLock, Appended, Query, QueryPage, RecordedEvent, StoreError, StoreErrorKind, TaggedEvent,
    TaggedEvents,
};

/// What happens first, the next time that somebody appends.
type Interference = Box<dyn FnOnce() -> TaggedEvent + Send>;

#[derive(Clone, Default)]
pub(crate) struct Watched {
    inner: MemoryStore,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// How many events each reading found.
    readings: Vec<usize>,
    appends: usize,
    before_appends: Vec<Interference>,
    hidden: BTreeSet<Position>,
    /// How many answers to readings, and to appends, get lost on their way.
    lost_readings: usize,
    lost_appends: usize,
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

impl Watched {
    /// A store in which these events have happened, each in the stream of its first tag.
    pub(crate) async fn with(events: impl TaggedEvents) -> Self {
        let store = Self::default();
        for event in events.into_tagged() {
            store.put(event).await;
        }
        store
    }

    /// Stores an event without looking at anything.
    pub(crate) async fn put(&self, event: impl Into<TaggedEvent>) -> Position {
        let new = event.into().to_new(Metadata::default()).unwrap();
        let category = Category::new(new.tags[0].name()).unwrap();
        let key = StreamKey::new(new.tags[0].value()).unwrap();
        let stream = StreamId::new(category, key);
        let append = Append::to(stream, ExpectedVersion::Any, vec![new]).unwrap();
        self.inner.append(append).await.unwrap().position().unwrap()
    }

    /// As `put`, but no reading sees the event before the next append: the transaction that has
    /// taken its position is still open, and an append waits for it.
    pub(crate) async fn put_late(&self, event: impl Into<TaggedEvent>) -> Position {
        let position = self.put(event).await;
        self.state.lock().unwrap().hidden.insert(position);
        position
    }

    /// `event` happens right before the next append that has nothing else before it.
    pub(crate) fn before_an_append(&self, event: impl Into<TaggedEvent> + Send + 'static) {
        self.state.lock().unwrap().before_appends.push(Box::new(move || event.into()));
    }

    /// The answers to the next readings and appends get lost: what was asked is done, and nobody is
    /// told.
    pub(crate) fn lose(&self, readings: usize, appends: usize) {
        let mut state = self.state.lock().unwrap();
        (state.lost_readings, state.lost_appends) = (readings, appends);
    }

    /// How many events each reading found, since the beginning.
    pub(crate) fn readings(&self) -> Vec<usize> {
        self.state.lock().unwrap().readings.clone()
    }

    pub(crate) fn appends(&self) -> usize {
        self.state.lock().unwrap().appends
    }

    /// Everything that has happened, in the order of the log.
    pub(crate) async fn log(&self) -> Vec<RecordedEvent> {
        self.inner.log_page(Cursor::START, u32::MAX).await.unwrap().events
    }
}

impl es_core::EventStoreDecorator for Watched {
    type Inner = MemoryStore;

    fn inner(&self) -> &MemoryStore {
        &self.inner
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let interference = {
            let mut state = self.state.lock().unwrap();
            state.appends += 1;
            state.hidden.clear();
            if state.before_appends.is_empty() {
                None
            } else {
                Some(state.before_appends.remove(0))
            }
        };
        if let Some(event) = interference {
            self.put(event()).await;
        }
        let appended = self.inner.append(append).await?;
        told(appended, &mut self.state.lock().unwrap().lost_appends)
    }

    /// Has none, so that every attempt meets the others.
    async fn lock(&self, _: &Append, _: Duration) -> Result<Option<AppendLock>, StoreError> {
        Ok(None)
    }

    async fn query_page(
        &self,
        query: &Query,
        after: Position,
        limit: u32,
    ) -> Result<QueryPage, StoreError> {
        let found = self.inner.query_page(query, after, u32::MAX).await?;
        let page = self.visible(found, limit);
        // Others get their turn between a reading and the append that rests on it.
        tokio::task::yield_now().await;
        told(page, &mut self.state.lock().unwrap().lost_readings)
    }
}

impl Watched {
    /// What a reading sees of what there is.
    fn visible(&self, found: QueryPage, limit: u32) -> QueryPage {
        let mut state = self.state.lock().unwrap();
        let first_hidden = state.hidden.first();
        let safe = first_hidden.map_or(found.safe, |first| Position(first.0 - 1));
        let visible = found.events.into_iter();
        let visible = visible.filter(|found| !state.hidden.contains(&found.event.position));
        let page: Vec<_> = visible.take(limit as usize).collect();
        state.readings.push(page.len());
        QueryPage::new(page, safe)
    }
}

/// The answer, unless it is among those that get lost.
fn told<T, E: From<StoreError>>(answer: T, lost: &mut usize) -> Result<T, E> {
    if *lost == 0 {
        return Ok(answer);
    }
    *lost -= 1;
    Err(StoreError::new(StoreErrorKind::Unavailable, "the line is dead").into())
}
