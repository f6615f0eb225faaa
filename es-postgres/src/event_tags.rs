//! Which tags stored events have, and appends that lack one.
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

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use es_core::{
    AppendError, Condition, EventTag, LacksTag, MissingTag, NewEvent, StoreError, StoreErrorKind,
    StreamAppend,
};
use sqlx::{PgConnection, Row};

use crate::error::from_sqlx;
use crate::store::PgStore;

/// No number of changes: an append with it takes the locked form.
const NEVER: i64 = -1;

/// How much of a tag is written, in the words of `es.event_tags`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagState {
    /// Not on all stored events, and appends need not have it.
    Missing,
    /// Not on all stored events, and appends have to have it.
    Writing,
    /// On all stored events, and appends have to have it.
    Complete,
}

/// What a process knows of tags.
#[derive(Debug, Default)]
pub(crate) struct EventTags(RwLock<Arc<Known>>);

/// As it was when `changes` was the number of changes.
#[derive(Debug, Default)]
pub(crate) struct Known {
    changes: i64,
    events: HashMap<String, BTreeMap<String, TagState>>,
}

impl EventTags {
    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn learn(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&known);
        known
    }

    /// The number that a statement may find if these events have all tags that they have to have.
    pub(crate) fn changes_for<'a>(&self, parts: impl IntoIterator<Item = &'a StreamAppend>) -> i64 {
        let known = self.known();
        let mut events = parts.into_iter().flat_map(|part| &part.events);
        if known.left_out_by(&mut events).is_some() { NEVER } else { known.changes }
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

    /// A tag that one of the events has to have, and lacks.
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

impl PgStore {
    /// Refuses events that lack a tag, and a condition on a tag that is complete no more. The gate is
    /// passed, and `changes` was the number behind it.
    pub(crate) async fn have_all_tags<'a>(
        &self,
        connection: &mut PgConnection,
        changes: i64,
        mut events: impl Iterator<Item = &'a NewEvent>,
        condition: Option<&Condition>,
    ) -> Result<(), AppendError> {
        let before = self.event_tags.known();
        let known = self.tags_at(connection, changes).await?;
        if let Some(lacking) = known.left_out_by(&mut events) {
            return Err(LacksTag(lacking).into());
        }
        let Some(condition) = condition.filter(|_| before.changes != changes) else {
            return Ok(());
        };
        // A release without the tag has taken it back since the decision has read.
        let mut tags = condition.query.event_tags().into_iter();
        let gone = |tag: &EventTag| {
            before.state(tag) == Some(TagState::Complete)
                && known.state(tag) != Some(TagState::Complete)
        };
        match tags.find(gone) {
            Some(tag) => Err(StoreError::new(StoreErrorKind::Unsupported, MissingTag(tag)).into()),
            None => Ok(()),
        }
    }

    /// What events have to have, read anew if the number has moved. Behind the gate.
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

    /// What events have to have, for this process to go by. Behind the gate, where `changes` is the
    /// number, in a transaction that has changed nothing of it.
    pub(crate) async fn read_tags(
        &self,
        connection: &mut PgConnection,
        changes: i64,
    ) -> Result<Arc<Known>, StoreError> {
        Ok(self.event_tags.learn(self.look_at_tags(connection, changes).await?))
    }

    /// What events have to have, if this transaction is committed.
    pub(crate) async fn look_at_tags(
        &self,
        connection: &mut PgConnection,
        changes: i64,
    ) -> Result<Known, StoreError> {
        let query = self.query(include_str!("../sql/event_tags.sql"));
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
        Ok(Known { changes, events })
    }
}
