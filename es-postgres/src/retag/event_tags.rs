//! Tags that stored events have, and appends that lack one.
//!
//! ```text
//! release without the tag                 whoever completes it
//! looks at the number: as it knows it
//!                                         has the gate for itself, moves the number
//! its next append finds another number:
//! takes the locked form, reads what
//! events have to have, is refused
//! ```
//!
//! Whoever appends passes the gate first and looks at the number then, a sequence, which no snapshot
//! hides: an append that saw the old number has committed before the gate was free for the one who
//! moved it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use es_core::{
    AppendError, Condition, EventName, EventTag, LacksTag, MissingTag, NewEvent, StoreError,
    StoreErrorKind, StreamAppend,
};
use sqlx::{PgConnection, Row};

use crate::error::from_sqlx;
use crate::pool::database::Database;

/// The number of changes of the required tags, as known without waiting. If the store has another
/// number, the append takes the locked form.
#[derive(Clone, Copy)]
pub(crate) struct TagChanges(pub(crate) i64);

/// The value that no number of changes has.
const NEVER: i64 = -1;

/// The stage to which a tag is written, in the words of `es.event_tags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagState {
    /// The tag is missing on some stored events, and appends need not have it.
    Missing,
    /// The tag is missing on some stored events, and appends must have it.
    Writing,
    /// The tag is on all stored events, and appends must have it.
    Complete,
}

/// The tags that a process knows of.
#[derive(Debug, Default)]
pub(crate) struct EventTags(RwLock<Arc<Known>>);

/// The state when `changes` was the number of changes.
#[derive(Debug, Default)]
pub(crate) struct Known {
    changes: i64,
    events: HashMap<String, BTreeMap<String, TagState>>,
    /// Tags that this process once took as complete and that no longer are. A decision may have
    /// read by one, however long ago; few tags ever get here.
    taken_back: BTreeSet<EventTag>,
}

impl EventTags {
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn learn(&self, mut known: Known) -> Arc<Known> {
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let once = place.complete().chain(place.taken_back.iter().cloned());
        known.taken_back =
            once.filter(|tag| known.state(tag) != Some(TagState::Complete)).collect();
        *place = Arc::new(known);
        Arc::clone(&place)
    }

    /// True if one of these events lacks a tag, as far as this process knows.
    pub(crate) fn are_left_out_by(&self, parts: &[StreamAppend]) -> bool {
        let mut events = parts.iter().flat_map(|part| &part.events);
        self.known().left_out_by(&mut events).is_some()
    }

    /// The number that a statement may find if these events have all required tags.
    pub(crate) fn changes_for<'a>(
        &self,
        parts: impl IntoIterator<Item = &'a StreamAppend>,
    ) -> TagChanges {
        let known = self.known();
        let mut events = parts.into_iter().flat_map(|part| &part.events);
        let lacks = known.left_out_by(&mut events).is_some();
        TagChanges(if lacks { NEVER } else { known.changes })
    }
}

impl Known {
    pub(crate) fn changes(&self) -> i64 {
        self.changes
    }

    pub(crate) fn state(&self, tag: &EventTag) -> Option<TagState> {
        self.events.get(tag.event.as_str())?.get(&tag.tag).copied()
    }

    pub(crate) fn are_complete(&self, tags: &[EventTag]) -> bool {
        tags.iter().all(|tag| self.state(tag) == Some(TagState::Complete))
    }

    fn complete(&self) -> impl Iterator<Item = EventTag> {
        self.events.iter().flat_map(|(event, tags)| {
            let complete = tags.iter().filter(|(_, state)| **state == TagState::Complete);
            let name = EventName::new(event.as_str()).ok();
            complete.filter_map(move |(tag, _)| Some(EventTag::new(name.clone()?, tag.clone())))
        })
    }

    /// A tag that the condition looks for, and that was complete when its decision read.
    fn taken_back_from(&self, condition: &Condition) -> Option<EventTag> {
        if self.taken_back.is_empty() {
            return None;
        }
        let mut tags = condition.query.event_tags().into_iter();
        tags.find(|tag| self.taken_back.contains(tag))
    }

    /// A required tag that one of the events lacks.
    fn left_out_by<'a>(&self, events: &mut impl Iterator<Item = &'a NewEvent>) -> Option<EventTag> {
        if self.events.is_empty() {
            return None;
        }
        events.find_map(|new| {
            let name = &new.event.name;
            let tags = self.events.get(name.as_str())?.iter();
            let asked = tags.filter(|(_, state)| **state != TagState::Missing);
            asked
                .map(|(tag, _)| EventTag::new(name.clone(), tag.clone()))
                .find(|tag| tag.is_left_out_by(new))
        })
    }
}

/// The tags of stored events: as far as this process knows, and in the database.
#[derive(Clone)]
pub(crate) struct Tags {
    pub(crate) database: Database,
    pub(crate) event_tags: Arc<EventTags>,
}

impl Tags {
    /// Refuses events that lack a tag, and a condition on a tag that was complete and no longer is.
    /// The gate is passed, and `changes` was the number behind it.
    pub(crate) async fn have_all_tags<'a>(
        &self,
        connection: &mut PgConnection,
        changes: i64,
        mut events: impl Iterator<Item = &'a NewEvent>,
        condition: Option<&Condition>,
    ) -> Result<(), AppendError> {
        let known = self.tags_at(connection, changes).await?;
        if let Some(lacking) = known.left_out_by(&mut events) {
            return Err(LacksTag(lacking).into());
        }
        // A release without the tag has taken it back, maybe since the decision has read.
        match condition.and_then(|condition| known.taken_back_from(condition)) {
            Some(tag) => Err(StoreError::new(StoreErrorKind::Unsupported, MissingTag(tag)).into()),
            None => Ok(()),
        }
    }

    /// The required tags, read anew if the number has changed. Called behind the gate.
    async fn tags_at(
        &self,
        connection: &mut PgConnection,
        changes: i64,
    ) -> Result<Arc<Known>, StoreError> {
        let known = self.event_tags.known();
        if known.changes == changes {
            return Ok(known);
        }
        self.read_tags(connection, changes).await
    }

    /// The required tags, which this process uses from now on. Called behind the gate, where
    /// `changes` is the number, in a transaction that has changed none of them.
    pub(crate) async fn read_tags(
        &self,
        connection: &mut PgConnection,
        changes: i64,
    ) -> Result<Arc<Known>, StoreError> {
        Ok(self.event_tags.learn(self.look_at_tags(connection, changes).await?))
    }

    /// The required tags, if this transaction is committed.
    pub(crate) async fn look_at_tags(
        &self,
        connection: &mut PgConnection,
        changes: i64,
    ) -> Result<Known, StoreError> {
        let query = self.database.query(include_str!("../../sql/event_tags.sql"));
        let rows = query.fetch_all(connection).await.map_err(from_sqlx)?;
        let mut events: HashMap<String, BTreeMap<String, TagState>> = HashMap::new();
        for row in rows {
            let event = row.try_get(0).map_err(from_sqlx)?;
            let tag = row.try_get(1).map_err(from_sqlx)?;
            let state = match row.try_get::<&str, _>(2).map_err(from_sqlx)? {
                "complete" => TagState::Complete,
                "writing" => TagState::Writing,
                _ => TagState::Missing,
            };
            events.entry(event).or_default().insert(tag, state);
        }
        Ok(Known { changes, events, taken_back: BTreeSet::new() })
    }
}
