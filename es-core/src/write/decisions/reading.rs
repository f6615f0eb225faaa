//! The models of a decision, read from the store: once in full, then only what is new.

use std::collections::HashMap;

use crate::event::decode_error::{DecodeError, RecordedDecodeError};
use crate::event::recorded::{NewEvent, RawEvent};
use crate::store::error::{StoreError, StoreErrorKind};
use crate::store::event_store::EventStore;
use crate::store::page::MatchingEvent;
use crate::store::paging::PAGE;
use crate::store::query::{Condition, InvalidQuery, Query, QueryItem};
use crate::store::retag::{EventTag, MissingTag};
use crate::store::silence::answered;
use crate::stream::Position;
use crate::write::decisions::{DecisionError, DecisionModels};
use crate::write::retry::until_answered;

/// The number of attempts. Each one after the first reads everything anew, as a stream was
/// transformed.
const READINGS: u32 = 10;

/// Streams were transformed while their events were read, time and again.
#[derive(Debug, thiserror::Error)]
#[error("streams were transformed while their events were read, time and again")]
struct Transformed;

/// Models and how far they have been read.
///
/// Positions are given in one order and become visible in another, so that an event may appear
/// before one that was read already. Up to `settled` this cannot happen any more. What is read beyond
/// it is folded into a copy, and read again the next time:
///
/// ```text
///   positions   1 ── 2 ── 3 ── 4 ── 5 ── 6 ── 7
///                              │ settled
///   `base`      1    2    3    4
///   the copy                        –    6    7        5 may still appear
/// ```
#[derive(Debug)]
pub(crate) struct Reading<M> {
    queries: Queries,
    /// The models before any event.
    first: M,
    /// The models with every event up to `settled`, and none beyond.
    base: M,
    settled: Position,
}

/// The models as they were read, and the condition under which they stay true.
#[derive(Debug)]
pub(crate) struct Seen<M> {
    pub(crate) model: M,
    /// The condition that nothing else has happened which a decision on these models must know.
    pub(crate) condition: Condition,
    /// The number of events that were read for it.
    pub(crate) events: usize,
}

impl<M: DecisionModels> Reading<M> {
    /// The models before any event.
    pub(crate) fn new(models: M) -> Result<Self, InvalidQuery> {
        let queries = Queries::new(&models.queries()?, &models.conditions()?)?;
        Ok(Self { queries, first: models.copy(), base: models, settled: Position::START })
    }

    /// Reads on. Sees everything that was acknowledged before the call.
    ///
    /// A stream that is transformed meanwhile brings copies of events that were read before, under
    /// other positions. Then everything is read anew.
    pub(crate) async fn read_on<S, E>(&mut self, store: &S) -> Result<Seen<M>, DecisionError<E>>
    where
        S: EventStore,
        E: std::error::Error + 'static,
    {
        let tags = &self.queries.tags;
        if let Some(missing) = until_answered(move || answered(store.missing_tag(tags))).await? {
            return Err(MissingTag(missing).into());
        }
        self.read(store, true).await
    }

    /// Reads on like [`read_on`](Self::read_on); a store that fails is not asked again.
    pub(crate) async fn read_once<S, E>(&mut self, store: &S) -> Result<Seen<M>, DecisionError<E>>
    where
        S: EventStore,
        E: std::error::Error + 'static,
    {
        self.read(store, false).await
    }

    async fn read<S, E>(&mut self, store: &S, again: bool) -> Result<Seen<M>, DecisionError<E>>
    where
        S: EventStore,
        E: std::error::Error + 'static,
    {
        for _ in 0..READINGS {
            if let Some(seen) = self.try_read_on(store, again).await? {
                return Ok(seen);
            }
            self.base = self.first.copy();
            self.settled = Position::START;
        }
        Err(StoreError::new(StoreErrorKind::Contention, Transformed).into())
    }

    /// `None` if a copy may stand for an event that was read before.
    async fn try_read_on<S, E>(
        &mut self,
        store: &S,
        again: bool,
    ) -> Result<Option<Seen<M>>, DecisionError<E>>
    where
        S: EventStore,
        E: std::error::Error + 'static,
    {
        let query = &self.queries.read;
        let page_after = async |after| {
            if again {
                until_answered(move || answered(store.query_page(query, after, PAGE))).await
            } else {
                answered(store.query_page(query, after, PAGE)).await
            }
        };
        let mut page = page_after(self.settled).await?;
        // What the first page says counts for all of them: whatever appears later at or before the
        // last event of a page is on no page.
        let safe = page.safe.max(self.settled);
        // A reading that fails half way, or is dropped, has folded nothing.
        let mut base = self.base.copy();
        let mut ahead: Option<M> = None;
        let mut known = Vec::new();
        let mut events = 0;
        // What was read so far has seen all copies up to here, and none beyond.
        let mut at_once = if self.settled > Position::START { self.settled } else { Position::MAX };
        loop {
            let is_last = page.events.len() < PAGE as usize;
            let mut end = self.settled;
            for found in page.events {
                end = found.event.position;
                events += 1;
                if end > at_once && found.event.metadata.copy_of().is_some() {
                    return Ok(None);
                }
                if end <= safe {
                    self.queries.fold_found(&mut base, &found)?;
                } else {
                    known.push(end);
                    let models = ahead.get_or_insert_with(|| base.copy());
                    self.queries.fold_found(models, &found)?;
                }
            }
            if is_last {
                break;
            }
            page = page_after(end).await?;
            at_once = at_once.min(safe);
        }
        self.settled = safe;
        self.base = base;
        Ok(Some(Seen {
            model: ahead.unwrap_or_else(|| self.base.copy()),
            condition: Condition::new(self.queries.validate.clone(), safe).with_known(known),
            events,
        }))
    }

    /// The models with every event up to `after` and those that are `known` beyond it, and none else.
    pub(crate) async fn read_back<S, E>(
        &self,
        store: &S,
        after: Position,
        known: &[Position],
    ) -> Result<M, DecisionError<E>>
    where
        S: EventStore,
        E: std::error::Error + 'static,
    {
        let query = &self.queries.read;
        let last = known.iter().copied().max().unwrap_or(after).max(after);
        let (mut model, mut end) = (self.first.copy(), Position::START);
        loop {
            let page = until_answered(move || answered(store.query_page(query, end, PAGE))).await?;
            for found in &page.events {
                end = found.event.position;
                if end <= after || known.contains(&end) {
                    self.queries.fold_found(&mut model, found)?;
                }
            }
            if page.events.len() < PAGE as usize || end >= last {
                return Ok(model);
            }
        }
    }

    /// The queries that find an event that is not stored yet, by their places.
    pub(crate) fn found_by(&self, new: &NewEvent) -> Vec<usize> {
        let items = self.queries.read.matching_items(&new.event.name, &new.tags);
        self.queries.owners_of(&items)
    }

    /// Brings models that were read up to date with an event that is not stored yet.
    pub(crate) fn fold_new(&self, models: &mut M, new: &NewEvent) -> Result<(), DecodeError> {
        let items = self.queries.read.matching_items(&new.event.name, &new.tags);
        self.queries.fold(models, &new.event, &items)
    }
}

/// The items of all queries, each once, with the places of the queries that it is in.
fn each_once(queries: &[Query]) -> (Vec<QueryItem>, Vec<Vec<usize>>) {
    let (mut items, mut owners) = (Vec::new(), Vec::<Vec<usize>>::new());
    let mut places = HashMap::new();
    for (nth, query) in queries.iter().enumerate() {
        for item in query.items() {
            let place = *places.entry(item.clone()).or_insert_with(|| {
                items.push(item.clone());
                owners.push(Vec::new());
                items.len() - 1
            });
            if owners[place].last() != Some(&nth) {
                owners[place].push(nth);
            }
        }
    }
    (items, owners)
}

/// The queries of all models as one, and whose each of its items is.
#[derive(Debug)]
struct Queries {
    read: Query,
    /// The places of the models that ask for each item of `read`; rising.
    owners: Vec<Vec<usize>>,
    validate: Query,
    /// The tags that have to be complete, or the models would not know of all.
    tags: Vec<EventTag>,
}

impl Queries {
    fn new(queries: &[Query], conditions: &[Query]) -> Result<Self, InvalidQuery> {
        let (read, owners) = each_once(queries);
        let (validate, _) = each_once(conditions);
        let read = Query::new(read)?;
        let tags = read.event_tags();
        Ok(Self { read, owners, validate: Query::new(validate)?, tags })
    }

    /// The places of the models that ask for any of these items, each once.
    fn owners_of(&self, items: &[usize]) -> Vec<usize> {
        let owners = items.iter().filter_map(|item| self.owners.get(*item));
        let mut owners: Vec<_> = owners.flatten().copied().collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// Hands the event, which matches these items, to each model that has asked for it, once.
    fn fold<M: DecisionModels>(
        &self,
        models: &mut M,
        event: &RawEvent,
        items: &[usize],
    ) -> Result<(), DecodeError> {
        if let [item] = items {
            let owners = self.owners.get(*item).into_iter().flatten();
            return owners.copied().try_for_each(|owner| models.fold(owner, event));
        }
        self.owners_of(items).into_iter().try_for_each(|owner| models.fold(owner, event))
    }

    fn fold_found<M: DecisionModels>(
        &self,
        models: &mut M,
        found: &MatchingEvent,
    ) -> Result<(), RecordedDecodeError> {
        let MatchingEvent { event, items } = found;
        self.fold(models, &event.event, items).map_err(|source| RecordedDecodeError {
            stream: event.stream.clone(),
            version: event.version,
            position: event.position,
            source,
        })
    }
}
