//! The tags of an append, and the locks it takes for them.

use std::collections::BTreeSet;

use es_core::{Append, Tag};

/// The maximum number of tags that an append locks; above it, the append excludes all others.
pub(crate) const LOCKED_TAGS: usize = 256;

/// The tags of the events of an append, each once.
pub(crate) fn tags(append: &Append) -> Vec<&str> {
    let events = append.parts().iter().flat_map(|part| &part.events);
    let mut tags = events.flat_map(|event| &event.tags).map(Tag::as_str).collect::<Vec<_>>();
    tags.sort_unstable();
    tags.dedup();
    tags
}

/// The locks of an append besides those of its streams, as the arguments of `lock_streams.sql`.
///
/// A writer of a tag locks it shared, beside all other writers of it. A condition locks one tag of
/// each of its items exclusively: an event that matches the item carries all of its tags, so no
/// other append can be writing one. An item without tags matches events whatever their tags, so it
/// excludes all other appends.
#[derive(Default)]
pub(crate) struct TagLocks<'a> {
    /// True if all other appends are excluded. Then no tag is locked.
    pub(crate) all: bool,
    pub(crate) each: Vec<&'a str>,
    /// For each tag, true if it is locked exclusively.
    pub(crate) exclusive: Vec<bool>,
}

impl<'a> TagLocks<'a> {
    /// The locks of a writer of these tags.
    pub(crate) fn shared(tags: impl Iterator<Item = &'a str>) -> Self {
        let each: Vec<_> = tags.collect::<BTreeSet<_>>().into_iter().collect();
        if each.len() > LOCKED_TAGS {
            return Self { all: true, ..Self::default() };
        }
        Self { all: false, exclusive: vec![false; each.len()], each }
    }

    pub(crate) fn of(append: &'a Append) -> Self {
        let everybody = Self { all: true, ..Self::default() };
        let mut each = tags(append);
        let mut exclusive = vec![false; each.len()];
        for item in append.condition().iter().flat_map(|condition| condition.query.items()) {
            let Some(tag) = item.tags().first() else {
                return everybody;
            };
            each.push(tag.as_str());
            exclusive.push(true);
        }
        if each.len() > LOCKED_TAGS { everybody } else { Self { all: false, each, exclusive } }
    }
}
