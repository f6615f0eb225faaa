//! Keys, which order events within a projection, and slots, which divide the keys among processes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::stream::StreamId;
use crate::validated_text::{Rule, text_value};

text_value! {
    /// The key that orders events: those of one key are handled one after another, in the order of
    /// the log; if one of them fails, those behind it wait. 1 to 700 bytes of UTF-8 without control
    /// characters. The stream, unless a projection declares another.
    ProjectionKey, "key of a projection", Rule::Line { max: ProjectionKey::MAX_BYTES }
}

impl ProjectionKey {
    /// The most bytes that a key may have: that of every stream fits.
    pub const MAX_BYTES: usize = 700;

    /// The key of a stream: `account/ada`.
    #[must_use]
    pub fn of_stream(stream: &StreamId) -> Self {
        Self(stream.to_string().into())
    }
}

/// A share of the keys of a projection: one of the 64 that are divided among its processes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot(u8);

impl Slot {
    /// The number of slots.
    pub const COUNT: u8 = 64;

    /// Returns all slots, rising.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The slot of that number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// The slot of a key, the same in every process and every release.
    ///
    /// The upper six bits of the FNV-1a hash of its bytes, multiplied once more to spread short keys:
    /// <http://www.isthe.com/chongo/tech/comp/fnv/>, and Fibonacci hashing (Knuth, volume 3, 6.4).
    #[must_use]
    pub fn of(key: &ProjectionKey) -> Self {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0000_0100_0000_01b3;
        const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
        let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(PRIME);
        let hash = key.as_str().bytes().fold(OFFSET, add).wrapping_mul(GOLDEN);
        Self((hash >> 58) as u8)
    }

    /// Returns the number of the slot, from 0.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slot({})", self.0)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_of_a_key_never_changes() {
        let slot = |key: &str| Slot::of(&ProjectionKey::new(key).unwrap()).number();

        assert_eq!([slot("account/ada"), slot("account/bob"), slot("order/1")], [5, 23, 9]);
    }

    #[test]
    fn keys_that_count_up_fill_the_slots_evenly() {
        let mut keys = [0; Slot::COUNT as usize];
        for nth in 0..64_000 {
            let key = ProjectionKey::new(format!("account/a-{nth}")).unwrap();
            keys[usize::from(Slot::of(&key).number())] += 1;
        }

        assert!(keys.iter().all(|keys| (800..1200).contains(keys)), "{keys:?}");
    }
}
