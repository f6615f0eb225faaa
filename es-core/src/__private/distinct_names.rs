//! The check that the events of a set have distinct stored names: written by the derives, done by
//! the compiler.

use super::fact::AsFact;
use super::holds;
use super::same_text;
use crate::event::set::{EventSet, EventType};

/// Refuses to compile if the event at `nth` has the stored name of one before it.
///
/// Every pair of events is compared, and long names often begin alike. The compiler gives up on
/// constants that take long: hashes keep a pair at one step, however long the names are.
#[track_caller]
pub const fn new_name<S: AsFact>(nth: usize) {
    let mut before = 0;
    while before < nth {
        assert!(
            S::NAME_HASHES[before] != S::NAME_HASHES[nth]
                || !same_text(listed::<S>(before).name, listed::<S>(nth).name),
            "an event before this one has the same stored name; give each event of a set a `name` of its own"
        );
        assert!(
            listed::<S>(before).aliases.is_empty() && listed::<S>(nth).aliases.is_empty()
                || !share_a_name(&listed::<S>(before), &listed::<S>(nth)),
            "an event before this one is read under a name of this one; \
             a stored name, `aliases(…)` included, belongs to one event of a set"
        );
        before += 1;
    }
}

/// The current events of a set, and after them the superseded ones.
const fn listed<S: EventSet>(nth: usize) -> EventType {
    if nth < S::EVENTS.len() { S::EVENTS[nth] } else { S::SUPERSEDED[nth - S::EVENTS.len()] }
}

const fn share_a_name(one: &EventType, other: &EventType) -> bool {
    let mut nth = 0;
    while nth < one.aliases.len() {
        if same_text(one.aliases[nth], other.name) || holds(other.aliases, one.aliases[nth]) {
            return true;
        }
        nth += 1;
    }
    holds(other.aliases, one.name)
}

/// A hash of the name of each of the `N` events of a set, superseded ones included.
#[must_use]
pub const fn name_hashes<const N: usize, S: EventSet>() -> [u64; N] {
    let mut hashes = [0; N];
    let mut nth = 0;
    while nth < N {
        hashes[nth] = hash(listed::<S>(nth).name);
        nth += 1;
    }
    hashes
}

/// FNV-1a, which is short and needs no table.
const fn hash(text: &str) -> u64 {
    let text = text.as_bytes();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}
