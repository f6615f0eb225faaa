//! A projection that is folded when somebody asks.

use futures_util::FutureExt;

use crate::event::recorded::RecordedEvent;
use crate::event::set::EventSet;
use crate::store::error::StoreError;
use crate::store::event_store::EventStore;
use crate::store::selection::{Scope, Selection};
use crate::stream::{Position, StreamId};
use crate::validated_text::InvalidText;

use super::dispatch::{Effects, Unhandled, dispatch};
use super::replay::{Replay, readable};
use super::{Projection, ProjectionKey, Projects};

/// Folds a projection on demand: no process that runs it, no tables that are kept, always up to date.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::projection::Live;
/// use es_core::Selection;
/// # use es_core::{Project, ProjectError, Projection, Projects};
/// # #[derive(Event, Serialize, Deserialize, Clone, Debug, PartialEq)]
/// # #[serde(crate = "es_core::serde")]
/// # #[event(name = "money-deposited")]
/// # pub struct Deposited { cents: i64 }
/// # #[derive(EventSet, Clone)]
/// # pub enum BalancesEvent { Deposited(Deposited) }
/// # struct Balances;
/// # impl Projection for Balances {
/// #     const NAME: &'static str = "balances";
/// #     const VERSION: u32 = 1;
/// #     type Event = BalancesEvent;
/// # }
/// # impl Projects<Totals> for Balances {
/// #     async fn project(
/// #         &self,
/// #         event: es_core::Recorded<BalancesEvent>,
/// #         db: &mut Totals,
/// #     ) -> Result<(), ProjectError> {
/// #         let BalancesEvent::Deposited(deposited) = event.event;
/// #         db.cents += deposited.cents;
/// #         Ok(())
/// #     }
/// # }
/// #[derive(Default)]
/// struct Totals {
///     cents: i64,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = MemoryStore::new();
/// let ada = StreamId::new(Category::new("account")?, StreamKey::new("ada")?);
/// let totals = Live::new(store, Balances).with_selection(Selection::stream(ada));
/// let totals = totals.fold(Totals::default()).await?;
/// assert_eq!(totals.cents, 0);
/// # Ok(())
/// # }
/// ```
///
/// # What it sees
///
/// One stream is read with everything that is committed when it is read. A category, tags or the whole
/// log are read up to the place up to which the log is complete when the first page is read, so that
/// nothing is missing in between; what is appended while it reads is not there. Of a stream that was
/// [transformed](crate::TransformStore) it sees the copies.
///
/// Effects are never had.
#[derive(Clone, Debug)]
pub struct Live<S, P> {
    store: S,
    projection: P,
    selection: Selection,
    key: Option<ProjectionKey>,
    up_to: Position,
}

impl<S: EventStore, P: Projection> Live<S, P> {
    /// Creates a fold of `projection`, of everything in `store`.
    #[must_use]
    pub fn new(store: S, projection: P) -> Self {
        let (selection, up_to) = (Selection::log(), Position::MAX);
        Self { store, projection, selection, key: None, up_to }
    }

    /// Restricts the fold to this part of the log: of its types, those that the projection lists.
    #[must_use]
    #[doc(alias = "of")]
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Restricts the fold to the events with this key. If the key is the stream, only that stream
    /// is read; if another key is declared, everything of the selection is read to find it.
    #[must_use]
    #[doc(alias = "key")]
    pub fn with_key(mut self, key: ProjectionKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Restricts the fold to events up to this position. A stream that was transformed after it is
    /// absent.
    #[must_use]
    #[doc(alias = "up_to")]
    pub fn with_end(mut self, position: Position) -> Self {
        self.up_to = position;
        self
    }

    /// Folds the events into `db`, a page at a time, and hands it back.
    ///
    /// # Errors
    ///
    /// At the first event that cannot be projected. `db` is gone then, with what came before in it.
    pub async fn fold<Db: Send>(&self, mut db: Db) -> Result<Db, LiveError>
    where
        P: Projects<Db>,
    {
        self.fold_into(&mut db).await?;
        Ok(db)
    }

    /// Folds the events into a `db` that the caller keeps: a connection with a transaction, with
    /// tables made for it.
    ///
    /// # Errors
    ///
    /// At the first event that cannot be projected. What came before it is in `db`, to be rolled back.
    pub async fn fold_into<Db: Send>(&self, db: &mut Db) -> Result<(), LiveError>
    where
        P: Projects<Db>,
    {
        let Some(mut replay) = self.replay()? else {
            return Ok(());
        };
        while let Some(mut events) = replay.next().await? {
            events.retain(|event| self.has(event));
            dispatch(&self.projection, &events, Effects::Skip, db).boxed().await?;
        }
        match replay.transformed().await? {
            None => Ok(()),
            Some(stream) => Err(LiveError::Transformed { stream }),
        }
    }

    /// Returns the events to read; `None` if there can be none.
    fn replay(&self) -> Result<Option<Replay<'_, S>>, InvalidText> {
        let Some(selection) = readable::<P::Event>(self.selection.clone())? else {
            return Ok(None);
        };
        let stream = match (selection.scope(), &self.key) {
            (Scope::Stream(stream), _) => Some(stream.clone()),
            (Scope::Log, Some(key)) if P::KEYED_BY == "stream" => match key.as_str().parse() {
                Ok(stream) => Some(stream),
                Err(_) => return Ok(None),
            },
            _ => None,
        };
        Ok(Some(match stream {
            Some(stream) => Replay::of_stream(&self.store, stream, self.up_to),
            None => Replay::of_log(&self.store, selection, self.up_to),
        }))
    }

    /// True if the event is of the selected types and the selected key.
    fn has(&self, event: &RecordedEvent) -> bool {
        let name = &event.event.name;
        let types = self.selection.types();
        (types.is_empty() || types.contains(name))
            && P::Event::contains(name.as_str())
            && self.key.as_ref().is_none_or(|key| *key == super::replay::key_of::<P>(event))
    }
}

/// The reason that a projection was not folded to the end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LiveError {
    /// An event cannot be projected.
    #[error(transparent)]
    Event(#[from] Unhandled),
    /// A stream was transformed while the log was read: its events may be there in part.
    #[error("stream `{stream}` was transformed while the log was read; fold it again")]
    Transformed {
        /// The stream that was transformed.
        stream: StreamId,
    },
    /// The projection lists an event that no store could hold.
    #[error("the projection lists an event under a name that no store takes")]
    Name(#[from] InvalidText),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
