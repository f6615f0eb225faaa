//! Snapshot policy: whether and when the state of an aggregate is kept.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shape::Shape;
use crate::store::snapshot::Fingerprint;
use crate::stream::Version;

/// The policy of keeping the state of an aggregate as a snapshot, so that it is loaded without its
/// whole past.
///
/// `#[aggregate(snapshot(every = 100))]` writes it; by hand it is the constant
/// [`Aggregate::SNAPSHOTS`](crate::Aggregate::SNAPSHOTS):
///
/// ```
/// # use es_core::{SnapshotPolicy, SnapshotState};
/// # fn policy<Account: SnapshotState>() -> SnapshotPolicy<Account> {
/// Account::POLICY.with_every(100).with_keep(3).with_version(2)
/// # }
/// ```
///
/// # What is promised
///
/// A snapshot is only a cache: whatever happens to it, a state is the fold of its events.
///
/// - *Written* by [`Repository::execute`](crate::Repository::execute), on a task beside its answer,
///   when the events that it appends pass a multiple of `every`, or when it finds on loading that
///   one was passed without a snapshot. A failure is a warning and nothing else, and is tried again
///   with the next multiple. A unit of work and plain loads read snapshots and write none.
/// - *Only if it comes back as it went in.* The state is encoded, decoded and compared before it is
///   kept. So a NaN, a field that serde skips or a `Some(None)` cannot make a wrong state; such a
///   state is not kept, with a warning.
/// - *Read* in the round trip in which the events are read.
/// - *Passed over* if the shape of the state has changed, if it cannot be decoded, or if the stream
///   does not have the event that it ends with: then all events are read, with one warning for that
///   load, and the next command writes a new one. So it is with a snapshot from ahead of its stream, after
///   the events were restored to an earlier moment: it is not believed when the stream has grown to its
///   version again either, since the event there has another id.
///
/// # When `version` must be raised
///
/// A snapshot holds what [`Apply`](crate::Apply) made of the events at that time. If `Apply` changes
/// what it makes of them while the fields stay the same (it now counts a fee that it did not count
/// before), old snapshots hold what is wrong now, and nothing in their shape tells. Raise `version`,
/// and they are not read again. The same goes for functions that serde calls, and for the types of
/// fields that are `opaque`.
pub struct SnapshotPolicy<A> {
    every: u32,
    keep: u32,
    version: u32,
    fingerprint: fn(u32) -> Fingerprint,
    encode: fn(&A) -> Result<String, NotKept>,
    decode: fn(&str) -> serde_json::Result<A>,
    copy: fn(&A) -> A,
}

/// A state that can be kept, and compared with what comes back.
///
/// Implemented for every type that has a [`Shape`] and is `Serialize`, `Deserialize`, `Clone` and
/// `PartialEq`.
// Not its supertraits: the compiler would tell of the one that is missing and not of the cure.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept as a snapshot",
    label = "a snapshot needs `Serialize`, `Deserialize`, `Clone` and `PartialEq` of the state",
    note = "put on it: #[derive(Serialize, Deserialize, Clone, PartialEq)]"
)]
pub trait SnapshotState: Sized {
    /// A snapshot for every hundred events, the two newest of a stream kept, version 1. Two, so that
    /// each of the two versions of a program that run side by side while it is replaced finds one.
    const POLICY: SnapshotPolicy<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Shape + Serialize + DeserializeOwned + Clone + PartialEq> SnapshotState for T {
    const POLICY: SnapshotPolicy<Self> = SnapshotPolicy {
        every: 100,
        keep: 2,
        version: 1,
        fingerprint: Fingerprint::of::<T>,
        encode: encode::<T>,
        decode: |text| serde_json::from_str(text),
        copy: T::clone,
    };
}

impl<A> SnapshotPolicy<A> {
    /// A snapshot for every so many `events` of a stream (at least one).
    ///
    /// A load then folds about so many events at most.
    #[must_use]
    pub const fn with_every(mut self, events: u32) -> Self {
        self.every = if events == 0 { 1 } else { events };
        self
    }

    /// Keeps the `snapshots` newest of each stream (at least one).
    ///
    /// More of them help [`load_at`](crate::Repository::load_at), and programs of different shapes
    /// that run at the same time.
    #[must_use]
    pub const fn with_keep(mut self, snapshots: u32) -> Self {
        self.keep = if snapshots == 0 { 1 } else { snapshots };
        self
    }

    /// The version of what [`Apply`](crate::Apply) makes of the events, 1 at first. Another version
    /// is another shape.
    #[must_use]
    pub const fn with_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// The shape that a snapshot must have.
    pub(crate) fn shape(&self) -> Fingerprint {
        (self.fingerprint)(self.version)
    }

    /// The number of snapshots of a stream that the store keeps.
    pub(crate) fn kept(&self) -> u32 {
        self.keep
    }

    /// True if a stream that has come to `version` has passed a multiple of `every` since `last`.
    pub(crate) fn is_due(&self, last: Version, version: Version) -> bool {
        let steps = |version: Version| version.0 / u64::from(self.every);
        steps(last) < steps(version)
    }

    /// The state as text, if it comes back from it as it is.
    pub(crate) fn encode(&self, state: &A) -> Result<String, NotKept> {
        (self.encode)(state)
    }

    pub(crate) fn decode(&self, text: &str) -> serde_json::Result<A> {
        (self.decode)(text)
    }

    pub(crate) fn copy(&self, state: &A) -> A {
        (self.copy)(state)
    }
}

fn encode<A: Serialize + DeserializeOwned + PartialEq>(state: &A) -> Result<String, NotKept> {
    let text = serde_json::to_string(state).map_err(NotKept::Encode)?;
    let back: A = serde_json::from_str(&text).map_err(NotKept::Decode)?;
    if back == *state { Ok(text) } else { Err(NotKept::Differs) }
}

/// The reason that a state is not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    #[error("the state cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    #[error("the state cannot be read from its own JSON")]
    Decode(#[source] serde_json::Error),
    #[error("what is read from the JSON of the state is not equal to it")]
    Differs,
}

impl<A> Clone for SnapshotPolicy<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for SnapshotPolicy<A> {}

impl<A> fmt::Debug for SnapshotPolicy<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotPolicy")
            .field("every", &self.every)
            .field("keep", &self.keep)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_due_when_a_multiple_was_passed_since_the_last_one() {
        let policy = <u32>::POLICY.with_every(10);
        let is_due = |last, version| policy.is_due(Version(last), Version(version));

        assert!(!is_due(0, 9));
        assert!(is_due(0, 10));
        assert!(is_due(9, 12));
        assert!(!is_due(12, 19));
        assert!(is_due(12, 20));
        assert!(is_due(0, 1234));
    }

    #[test]
    fn a_state_that_does_not_come_back_as_it_was_is_not_kept() {
        let policy = <Option<Option<u32>>>::POLICY.with_every(1);

        assert_eq!(policy.encode(&Some(Some(7))).unwrap(), "7");
        assert!(matches!(policy.encode(&Some(None)), Err(NotKept::Differs)));
    }

    #[test]
    fn a_state_that_is_no_json_is_not_kept() {
        let policy = <f64>::POLICY.with_every(1);

        assert!(matches!(policy.encode(&f64::NAN), Err(NotKept::Decode(_))));
    }
}
