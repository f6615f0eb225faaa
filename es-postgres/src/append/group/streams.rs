//! The streams of an append in the group commit.

use std::ops::Deref;
use std::slice;

use es_core::Append;

use super::scheduler::{Group, StreamHash};

/// The streams of an append as hashes: each once, in rising order.
#[derive(Clone)]
pub(super) enum Streams {
    One(StreamHash),
    Several(Box<[StreamHash]>),
}

impl Streams {
    pub(super) fn of(append: &Append, group: &Group) -> Self {
        if let [part] = append.parts() {
            return Self::One(group.hash(&part.stream));
        }
        let mut all: Vec<_> = append.parts().iter().map(|part| group.hash(&part.stream)).collect();
        all.sort_unstable();
        all.dedup();
        Self::Several(all.into())
    }

    /// True if an append that waits for another writer keeps the others of its process away: from its only
    /// stream, where they could but wait for the same writer. Of several streams it waits for one, and
    /// that writer may be about to append to the others: a transaction that is open in this process, say,
    /// which would wait for an append that waits for it.
    pub(super) const fn is_kept_by_who_waits(&self) -> bool {
        matches!(self, Self::One(_))
    }
}

impl Deref for Streams {
    type Target = [StreamHash];

    fn deref(&self) -> &[StreamHash] {
        match self {
            Self::One(stream) => slice::from_ref(stream),
            Self::Several(all) => all,
        }
    }
}
