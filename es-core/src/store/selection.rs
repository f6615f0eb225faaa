//! Selections: the events of the log that a reader wants to see.

use crate::event::name::EventName;
use crate::event::recorded::RecordedEvent;
use crate::event::set::EventSet;
use crate::event::tag::Tag;
use crate::store::checkpoint::Incarnation;
use crate::store::cursor::Cursor;
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::page::LogPage;
use crate::store::paging::PAGE;
use crate::store::query::{Query, QueryItem};
use crate::stream::{Category, Position, StreamId};

/// A part of the log: all of it, a category, a stream or what carries tags; and of that, all events or
/// those of some types.
///
/// ```
/// use es_core::prelude::*;
/// use es_core::{EventName, Selection};
///
/// let openings = Selection::category(Category::new("account")?)
///     .with_types([EventName::new("account-opened")?]);
/// assert_eq!(openings.types().len(), 1);
/// # Ok::<(), es_core::InvalidText>(())
/// ```
///
/// # Corrected streams
///
/// Where a stream was [transformed](crate::TransformStore), its copies are events like others. Of
/// its archive a selection has the record alone ([`Transformation::of`](crate::Transformation::of)),
/// whatever the types asked for: whoever keeps something about the stream learns there that it has to
/// begin anew. A selection by tags does not have it, since the record has none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Selection {
    scope: Scope,
    types: Vec<EventName>,
}

/// The part of the log that a [`Selection`] looks at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The whole log.
    Log,
    /// The streams of one kind.
    Category(Category),
    /// One stream.
    Stream(StreamId),
    /// The events that carry all of these tags; at least one.
    Tags(Vec<Tag>),
}

impl Selection {
    /// The whole log.
    #[must_use]
    pub fn log() -> Self {
        Self { scope: Scope::Log, types: Vec::new() }
    }

    /// The streams of one kind.
    #[must_use]
    pub fn category(category: Category) -> Self {
        Self { scope: Scope::Category(category), types: Vec::new() }
    }

    /// One stream.
    #[must_use]
    pub fn stream(stream: StreamId) -> Self {
        Self { scope: Scope::Stream(stream), types: Vec::new() }
    }

    /// The events that carry `tag` and each of `others`.
    #[must_use]
    pub fn tags(tag: Tag, others: impl IntoIterator<Item = Tag>) -> Self {
        let tags = std::iter::once(tag).chain(others).collect();
        Self { scope: Scope::Tags(tags), types: Vec::new() }
    }

    /// The same place, and there only events of these types; none means all.
    #[must_use]
    pub fn with_types(mut self, types: impl IntoIterator<Item = EventName>) -> Self {
        self.types = types.into_iter().collect();
        self
    }

    /// The same place, and there only what the set `S` reads, under all names that it knows.
    ///
    /// # Errors
    ///
    /// If the set, written by hand, names what no store could hold.
    pub fn of_set<S: EventSet>(self) -> Result<Self, crate::InvalidText> {
        let types = S::EVENTS.iter().chain(S::SUPERSEDED).flat_map(crate::EventType::names);
        let types = types.map(EventName::new).collect::<Result<Vec<_>, _>>()?;
        Ok(self.with_types(types))
    }

    /// The part of the log that it looks at.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The types that it asks for; empty for all.
    #[must_use]
    pub fn types(&self) -> &[EventName] {
        &self.types
    }

    /// True if `event`, which has `tags`, is in it.
    #[must_use]
    pub fn has(&self, event: &RecordedEvent, tags: &[Tag]) -> bool {
        let (stream, is_record) = match event.transformed_stream() {
            Some(stream) => (stream, true),
            None if event.stream.is_archive() => return false,
            None => (event.stream.clone(), false),
        };
        let in_scope = match &self.scope {
            Scope::Log => true,
            Scope::Category(category) => stream.category() == category,
            Scope::Stream(asked) => stream == *asked,
            Scope::Tags(asked) => asked.iter().all(|tag| tags.contains(tag)),
        };
        in_scope && (is_record || self.types.is_empty() || self.types.contains(&event.event.name))
    }
}

/// A page of the events of a [`Selection`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SelectedPage {
    /// The events, in the order of the log.
    pub events: Vec<RecordedEvent>,
    /// The position up to which the log was searched: nothing of the selection will appear at or
    /// below it that was not read. The place to read on from, greater than the last event where the
    /// events after it are of no interest.
    pub through: Position,
    /// The position up to which the log is complete. A page that ends before it has more to come.
    pub safe: Position,
    /// The log that it is a page of.
    pub incarnation: Incarnation,
    /// The greatest position that was given so far.
    pub head: Position,
}

impl SelectedPage {
    /// A page: for the authors of stores.
    #[must_use]
    pub fn new(
        incarnation: Incarnation,
        events: Vec<RecordedEvent>,
        through: Position,
        safe: Position,
        head: Position,
    ) -> Self {
        Self { events, through, safe, incarnation, head }
    }
}

/// The number of events of the log that are looked at for one page, at least.
const WINDOW: usize = 10_000;

/// A page of a selection that needs no tags, from pages of the log.
pub(crate) async fn searched<S: EventStore>(
    store: &S,
    selection: &Selection,
    after: Position,
    limit: u32,
) -> Result<SelectedPage, StoreError> {
    let size = if limit == 0 { 0 } else { PAGE };
    let (mut through, mut looked_at) = (after, 0);
    let mut events = Vec::new();
    loop {
        let LogPage { events: log, safe, incarnation, head } =
            store.log_page(Cursor::After(through), size).await?;
        let is_last = log.len() < size as usize;
        looked_at += log.len();
        let mut is_full = limit == 0;
        for event in log {
            through = event.position;
            if selection.has(&event, &[]) {
                events.push(event);
                is_full = events.len() >= limit as usize;
                if is_full {
                    break;
                }
            }
        }
        if is_last && !is_full {
            through = through.max(safe);
        }
        if is_last || is_full || looked_at >= WINDOW {
            return Ok(SelectedPage::new(incarnation, events, through, safe, head));
        }
    }
}

/// A page of what carries all of `tags`, from a page of a query, which sees what is beyond `safe` too.
pub(crate) async fn tagged<S: EventStore>(
    store: &S,
    tags: &[Tag],
    types: &[EventName],
    after: Position,
    limit: u32,
) -> Result<SelectedPage, StoreError> {
    // Asked first: what the query finds at or below it is all there will be.
    let LogPage { safe, incarnation, head, .. } = store.log_page(Cursor::END, 1).await?;
    let invalid = |why| StoreError::new(StoreErrorKind::Unsupported, why);
    let item = QueryItem::new(types.to_vec(), tags.to_vec()).map_err(invalid)?;
    let query = Query::new(vec![item]).map_err(invalid)?;
    let page = store.query_page(&query, after, limit).await?;
    let is_full = page.events.len() >= limit as usize;
    let mut events: Vec<_> = page.events.into_iter().map(|found| found.event).collect();
    let last = events.last().map_or(after, |last| last.position);
    let through = if is_full { last.min(safe) } else { safe };
    events.retain(|event| event.position <= safe);
    Ok(SelectedPage::new(incarnation, events, through.max(after), safe, head))
}
