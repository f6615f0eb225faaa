//! What an append takes for itself besides its streams: its tags, or the whole store.

use es_core::{Append, AppendError, Appended, Tag};
use sqlx::PgConnection;

use crate::columns::bigint;
use crate::error::from_sqlx;
use crate::store::PgStore;

/// So many tags an append locks at most; above, it keeps all others out.
const LOCKED_TAGS: usize = 256;

/// The locks of an append besides those of its streams.
///
/// Whoever writes a tag takes it shared, and a condition takes one tag of each of its items for
/// itself: an event that matches the item carries that tag, so nobody can be writing one. An item
/// without tags is matched by events that take no tag, so it keeps everybody out.
pub(crate) enum TagLocks<'a> {
    /// Each of these, for itself where the flag says so.
    Each(Vec<&'a str>, Vec<bool>),
    /// The gate that every append passes, for itself.
    Everything,
}

impl<'a> TagLocks<'a> {
    pub(crate) fn of(append: &'a Append) -> Self {
        let mut tags = written(append).map(Tag::as_str).collect::<Vec<_>>();
        tags.sort_unstable();
        tags.dedup();
        let mut exclusive = vec![false; tags.len()];
        for item in append.condition().iter().flat_map(|condition| condition.query.items()) {
            let Some(tag) = item.tags().first() else {
                return Self::Everything;
            };
            tags.push(tag.as_str());
            exclusive.push(true);
        }
        if tags.len() > LOCKED_TAGS { Self::Everything } else { Self::Each(tags, exclusive) }
    }
}

/// The tags of all events of an append, as often as they stand there.
fn written(append: &Append) -> impl Iterator<Item = &Tag> {
    append.parts().iter().flat_map(|part| &part.events).flat_map(|event| &event.tags)
}

/// Whether any event of an append carries a tag.
pub(crate) fn is_tagged(append: &Append) -> bool {
    written(append).next().is_some()
}

impl PgStore {
    /// Waits until no other append is under way, if this one needs that. Comes before the locks of
    /// the streams.
    pub(crate) async fn lock_all(&self, connection: &mut PgConnection) -> Result<(), AppendError> {
        let lock = self.query(include_str!("../sql/lock_all.sql"));
        lock.execute(connection).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Waits for the tags. Comes after the locks of the streams.
    pub(crate) async fn lock_tags(
        &self,
        connection: &mut PgConnection,
        tags: Vec<&str>,
        exclusive: Vec<bool>,
    ) -> Result<(), AppendError> {
        let lock = self.query(include_str!("../sql/lock_tags.sql")).bind(tags).bind(exclusive);
        lock.execute(connection).await.map_err(from_sqlx)?;
        Ok(())
    }

    /// Writes the tags of events that were stored in this transaction.
    pub(crate) async fn tag_events(
        &self,
        connection: &mut PgConnection,
        append: &Append,
        appended: &Appended,
    ) -> Result<(), AppendError> {
        if !is_tagged(append) {
            return Ok(());
        }
        let (mut positions, mut tags) = (Vec::new(), Vec::new());
        for (part, stored) in append.parts().iter().zip(&appended.streams) {
            for (event, position) in part.events.iter().zip(&stored.positions) {
                let mut of_event = event.tags.iter().map(Tag::as_str).collect::<Vec<_>>();
                of_event.sort_unstable();
                of_event.dedup();
                positions.extend(of_event.iter().map(|_| bigint(position.0)));
                tags.extend(of_event);
            }
        }
        let insert = self.query(include_str!("../sql/tag_events.sql")).bind(positions).bind(tags);
        insert.execute(connection).await.map_err(from_sqlx)?;
        Ok(())
    }
}
