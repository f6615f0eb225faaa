//! Appends to one stream that follow from each other.

use es_core::{ExpectedVersion, StreamAppend, Timestamp, Version};

use crate::append::weight::BATCH;

/// The maximum share of one stream in a batch, however much is queued for it: the others would
/// wait. It has no more tags than an append locks.
const SHARE: usize = BATCH / 4;

/// Appends that are accepted if the first of them is: each expects the version that those before it
/// bring about, or none. So they can go out as one.
pub(crate) struct Run {
    size: usize,
    /// The version after the last append, if the first append expects a version.
    after: Option<Version>,
    /// The instant that the last event brings along.
    at: Option<Timestamp>,
}

impl Run {
    /// Begins with an append of one part and this size.
    pub(crate) fn of(first: &StreamAppend, size: usize) -> Self {
        let after = match first.expected {
            ExpectedVersion::NoStream => Some(Version::NONE.plus(first.events.len())),
            ExpectedVersion::Exact(version) => Some(version.plus(first.events.len())),
            ExpectedVersion::Any | ExpectedVersion::StreamExists => None,
        };
        Self { size, after, at: last_instant(first) }
    }

    /// True if there is room for `next`, and it is accepted if the run so far is.
    pub(crate) fn goes_on_with(&self, next: &StreamAppend, size: usize) -> bool {
        self.size + size <= SHARE
            && self.is_not_before(next)
            && match next.expected {
                ExpectedVersion::Any | ExpectedVersion::StreamExists => true,
                ExpectedVersion::NoStream => false,
                ExpectedVersion::Exact(version) => self.after == Some(version),
            }
    }

    pub(crate) fn push(&mut self, next: &StreamAppend, size: usize) {
        self.size += size;
        self.after = self.after.map(|after| after.plus(next.events.len()));
        self.at = last_instant(next);
    }

    /// True if the instants allow `next` to follow: imported events follow only imported ones that
    /// are not later, and other events only others.
    fn is_not_before(&self, next: &StreamAppend) -> bool {
        let first = next.events.first().and_then(|event| event.recorded_at);
        match (self.at, first) {
            (None, None) => true,
            (Some(last), Some(first)) => last <= first,
            _ => false,
        }
    }
}

fn last_instant(part: &StreamAppend) -> Option<Timestamp> {
    part.events.last().and_then(|event| event.recorded_at)
}
