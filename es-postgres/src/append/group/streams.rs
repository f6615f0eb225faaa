//! The streams of an append in the group commit.

use std::ops::Deref;
use std::slice;

use es_core::Append;

use super::scheduler::{Group, StreamHash};

/// The streams of an append as hashes: each once, in rising order.
#[derive(Clone)]
pub(super) enum Streams {
    /// The only thing that the append may have to wait for is this stream.
    Alone(StreamHash),
    /// It may have to wait for any of several streams, or for a tag.
    Shared(Box<[StreamHash]>),
}

impl Streams {
    pub(super) fn of(append: &Append, group: &Group) -> Self {
        if let [part] = append.parts()
            && part.events.iter().all(|event| event.tags.is_empty())
        {
            return Self::Alone(group.hash(&part.stream));
        }
        let mut all: Vec<_> = append.parts().iter().map(|part| group.hash(&part.stream)).collect();
        all.sort_unstable();
        all.dedup();
        Self::Shared(all.into())
    }

    /// True if an append that waits for another writer keeps the others of its process away: from the only
    /// thing that it may wait for, where they could but wait for the same writer. Otherwise that writer may be
    /// about to append where they are kept away: a transaction that is open in this process, say, which would wait
    /// for an append that waits for it.
    pub(super) const fn is_kept_by_who_waits(&self) -> bool {
        matches!(self, Self::Alone(_))
    }
}

impl Deref for Streams {
    type Target = [StreamHash];

    fn deref(&self) -> &[StreamHash] {
        match self {
            Self::Alone(stream) => slice::from_ref(stream),
            Self::Shared(all) => all,
        }
    }
}
