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
