//! Services of the outside world, which keep or do not keep their part.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::payload::Payload;
use crate::process::{Answer, Call, Direction};

use super::world::null;

/// The part that services keep beside one answer for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Memory {
    /// A step that was taken back is refused from then on.
    pub(super) of_compensations: bool,
    /// A step that was refused is refused from then on.
    pub(super) of_refusals: bool,
}

/// Services that remember all.
pub(super) const ALL: Memory = Memory { of_compensations: true, of_refusals: true };
/// Services that decide anew on a request that they refused.
pub(super) const NO_REFUSALS: Memory = Memory { of_compensations: true, of_refusals: false };
/// Services that take a request whose compensation came before it.
pub(super) const NOTHING: Memory = Memory { of_compensations: false, of_refusals: false };

/// Effects under the keys of their steps, and the requests that are still on their way.
#[derive(Clone, Debug)]
pub(super) struct Services {
    memory: Memory,
    done: BTreeMap<String, Payload>,
    taken_back: BTreeSet<String>,
    refused: BTreeSet<String>,
    late: Vec<Letter>,
}

/// A request as it is sent.
#[derive(Clone, Debug)]
pub(super) struct Letter {
    key: String,
    compensates: Option<String>,
}

impl Letter {
    pub(super) fn of(call: &Call<'_>) -> Self {
        assert_eq!(call.compensates.is_some(), call.attempt.direction == Direction::Compensation);
        let compensates = call.compensates.as_ref().map(ToString::to_string);
        Self { key: call.key.to_string(), compensates }
    }
}

impl Services {
    /// Services that have `key` already.
    pub(super) fn with(memory: Memory, key: &str) -> Self {
        let (taken_back, refused) = (BTreeSet::new(), BTreeSet::new());
        let done = BTreeMap::from([(key.to_owned(), null())]);
        Self { memory, done, taken_back, refused, late: Vec::new() }
    }

    /// Does what is asked for: one key has one effect and one answer.
    pub(super) fn perform(&mut self, letter: &Letter) -> Answer {
        if let Some(step) = &letter.compensates {
            self.done.remove(step);
            self.taken_back.insert(step.clone());
            return Answer::Completed(null());
        }
        let is_taken_back = self.memory.of_compensations && self.taken_back.contains(&letter.key);
        if is_taken_back || self.refused.contains(&letter.key) {
            return Answer::Refused("not any more".into());
        }
        let next = Payload::of(&self.done.len()).unwrap();
        Answer::Completed(self.done.entry(letter.key.clone()).or_insert(next).clone())
    }

    /// Refuses, unless it was done already.
    pub(super) fn refuse(&mut self, letter: &Letter) -> Answer {
        if self.done.contains_key(&letter.key) {
            return self.perform(letter);
        }
        if self.memory.of_refusals && letter.compensates.is_none() {
            self.refused.insert(letter.key.clone());
        }
        Answer::Refused("none left".into())
    }

    /// Keeps a request on its way until [`arrive`](Self::arrive).
    pub(super) fn delay(&mut self, letter: Letter) {
        self.late.push(letter);
    }

    /// Performs the requests that were on their way.
    pub(super) fn arrive(&mut self) {
        for letter in std::mem::take(&mut self.late) {
            self.perform(&letter);
        }
    }

    /// The number of effects that are there.
    pub(super) fn effects(&self) -> usize {
        self.done.len()
    }
}
