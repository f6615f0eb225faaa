//! Queries: the events of the log that matter to a decision.

use std::collections::BTreeSet;

use crate::event::name::EventName;
use crate::event::set::{EventSet, EventType};
use crate::event::tag::Tag;
use crate::store::retag::EventTag;
use crate::stream::Position;
use crate::validated_text::InvalidText;

/// Events by type and by tag, wherever they stand: those that match any of its items.
///
/// ```
/// use es_core::{EventName, Query, QueryItem, Tag};
///
/// let course = QueryItem::new(vec![], vec![Tag::new("course", "c1")?])?;
/// let subscriptions =
///     QueryItem::new(vec![EventName::new("subscribed")?], vec![Tag::new("student", "s1")?])?;
///
/// let query = Query::new(vec![course, subscriptions])?;
/// assert_eq!(query.items().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    items: Vec<QueryItem>,
}

/// One alternative of a [`Query`]: events of any of these types that carry all of these tags.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueryItem {
    types: Vec<EventName>,
    tags: Vec<Tag>,
}

/// A query that asks for nothing, for everything, or for what cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidQuery {
    /// It has no item, so nothing would match.
    #[error("the query has no item; give it at least one")]
    NoItem,
    /// An item names neither a type nor a tag, so everything would match.
    #[error(
        "an item of the query names neither an event type nor a tag; give it at least one of them"
    )]
    Everything,
    /// A field of a model with `tags` holds no value, so nothing would match.
    #[error(
        "a field with `tags` of the model holds no value, so that no event could match; \
         give it at least one"
    )]
    NoTag,
    /// It has too many items, mostly since a field of a model with `tags` holds so many values.
    #[error("the query has {items} items, and at most {max} can be asked for at once; split the decision", max = Query::MAX_ITEMS)]
    TooManyItems {
        /// The number of items that it would have.
        items: usize,
    },
    /// A name or a tag that it asks for breaks the rules of the store, so nothing could have it.
    #[error(transparent)]
    Text(#[from] InvalidText),
}

impl Query {
    /// The most items that the query of a derived model may have: each costs a look into the index.
    pub const MAX_ITEMS: usize = 1_000;

    /// The events that match any of `items`.
    pub fn new(items: Vec<QueryItem>) -> Result<Self, InvalidQuery> {
        if items.is_empty() {
            return Err(InvalidQuery::NoItem);
        }
        Ok(Self { items })
    }

    /// The alternatives, in the order given.
    #[must_use]
    pub fn items(&self) -> &[QueryItem] {
        &self.items
    }

    /// The places, among the items, of those that an event of type `name` with `tags` matches.
    #[must_use]
    pub fn matching_items(&self, name: &EventName, tags: &[Tag]) -> Vec<usize> {
        let items = self.items.iter().enumerate();
        items.filter(|(_, item)| item.matches(name, tags)).map(|(nth, _)| nth).collect()
    }

    /// The names of the tags under which each type is looked for. An item of any type names none.
    #[must_use]
    pub fn event_tags(&self) -> Vec<EventTag> {
        let of_item = |item: &QueryItem| -> Vec<EventTag> {
            let names = item.tags.iter().map(Tag::name);
            let of_type = |event: &EventName| {
                names.clone().map(|tag| EventTag::new(event.clone(), tag)).collect::<Vec<_>>()
            };
            item.types.iter().flat_map(of_type).collect()
        };
        let tags: BTreeSet<_> = self.items.iter().flat_map(of_item).collect();
        tags.into_iter().collect()
    }

    /// True if an event of type `name` with `tags` matches.
    #[must_use]
    pub fn matches(&self, name: &EventName, tags: &[Tag]) -> bool {
        self.items.iter().any(|item| item.matches(name, tags))
    }
}

impl QueryItem {
    /// Events of any of `types`, or of any type if there is none, that carry all `tags`. Both may not
    /// be empty: that would be the whole log, which [`log_page`](crate::EventStore::log_page) reads.
    pub fn new(types: Vec<EventName>, tags: Vec<Tag>) -> Result<Self, InvalidQuery> {
        if types.is_empty() && tags.is_empty() {
            return Err(InvalidQuery::Everything);
        }
        Ok(Self { types, tags })
    }

    /// The events of the set `S` that carry all `tags`: all that it reads, under every name that they
    /// are stored under, [superseded](crate::Superseded) ones included.
    pub fn of<S: EventSet>(tags: Vec<Tag>) -> Result<Self, InvalidQuery> {
        Self::of_types(S::EVENTS.iter().chain(S::SUPERSEDED), tags)
    }

    /// The events of these types that carry all `tags`, under all their names.
    pub(crate) fn of_types<'a>(
        types: impl IntoIterator<Item = &'a EventType>,
        tags: Vec<Tag>,
    ) -> Result<Self, InvalidQuery> {
        let names = types.into_iter().flat_map(EventType::names).map(EventName::new);
        Self::new(names.collect::<Result<_, _>>()?, tags)
    }

    /// The types, any of which matches; any type at all if there is none.
    #[must_use]
    pub fn types(&self) -> &[EventName] {
        &self.types
    }

    /// The tags, all of which an event must carry.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    fn matches(&self, name: &EventName, tags: &[Tag]) -> bool {
        (self.types.is_empty() || self.types.contains(name))
            && self.tags.iter().all(|tag| tags.contains(tag))
    }
}

/// The condition of an append besides the versions of its streams: that no event matches `query`
/// but those that the decision has seen.
///
/// Refused with [`ConditionFailed`](crate::ConditionFailed) if the log holds a matching event at a
/// position greater than `after` that is not among `known`. Events of the append itself do not count.
///
/// The condition holds in the order of the log: read from its beginning, no event that it speaks of
/// stands between what the decision has seen and the events of the append.
///
/// # What `after` must be
///
/// A position up to which the decision has seen *everything* that matches: [`Position::START`] for
/// "no such event, ever", or the [`safe`](crate::QueryPage::safe) of the first page that was read.
/// The position of the last event seen is not enough, since positions are given in one order and
/// become visible in another: what was seen beyond `safe` belongs into `known`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Condition {
    /// The events that matter.
    pub query: Query,
    /// The position up to which the decision has seen all of them.
    pub after: Position,
    /// The positions of the events beyond it that the decision has seen.
    pub known: Vec<Position>,
}

impl Condition {
    /// The condition that no event after `after` matches `query`.
    #[must_use]
    pub fn new(query: Query, after: Position) -> Self {
        Self { query, after, known: Vec::new() }
    }

    /// The same condition, not minding the events at these positions.
    #[must_use]
    pub fn with_known(mut self, known: Vec<Position>) -> Self {
        self.known = known;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> EventName {
        EventName::new(name).unwrap()
    }

    fn tag(value: &str) -> Tag {
        Tag::new("course", value).unwrap()
    }

    #[test]
    fn an_item_asks_for_any_of_its_types_and_all_of_its_tags() {
        let item = QueryItem::new(vec![name("a"), name("b")], vec![tag("1"), tag("2")]).unwrap();

        assert!(item.matches(&name("b"), &[tag("2"), tag("3"), tag("1")]));
        assert!(!item.matches(&name("c"), &[tag("1"), tag("2")]));
        assert!(!item.matches(&name("a"), &[tag("1")]));
    }

    #[test]
    fn a_query_says_which_of_its_items_match() {
        let of_type = QueryItem::new(vec![name("a")], vec![]).unwrap();
        let of_tag = QueryItem::new(vec![], vec![tag("1")]).unwrap();
        let query = Query::new(vec![of_type.clone(), of_tag, of_type]).unwrap();

        assert_eq!(query.matching_items(&name("a"), &[]), [0, 2]);
        assert_eq!(query.matching_items(&name("b"), &[tag("1")]), [1]);
        assert!(!query.matches(&name("b"), &[]));
    }

    #[test]
    fn a_query_for_nothing_or_everything_is_refused() {
        assert_eq!(Query::new(vec![]), Err(InvalidQuery::NoItem));
        assert_eq!(QueryItem::new(vec![], vec![]), Err(InvalidQuery::Everything));
    }
}
