//! Cursors: a place to read on from, and the direction.

use crate::stream::{Position, Version};

/// The place to read on from, and the direction. Both ends exclude the place they name, so that the
/// last event read is the next place to read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cursor<P> {
    /// Upwards, from the first that is greater.
    After(P),
    /// Downwards, from the first that is smaller.
    Before(P),
}

impl<P: CursorKey> Cursor<P> {
    /// Upwards from the very first.
    pub const START: Self = Self::After(P::BEFORE_ALL);
    /// Downwards from the very last.
    pub const END: Self = Self::Before(P::BEYOND_ALL);
}

/// The place that a cursor stands at: a [`Version`] of a stream or a [`Position`] of the log.
pub trait CursorKey: Copy + Ord + sealed::Sealed {
    /// A place smaller than that of any event.
    const BEFORE_ALL: Self;
    /// A place greater than that of any event.
    const BEYOND_ALL: Self;
}

impl CursorKey for Version {
    const BEFORE_ALL: Self = Self::NONE;
    const BEYOND_ALL: Self = Self::MAX;
}

impl CursorKey for Position {
    const BEFORE_ALL: Self = Self::START;
    const BEYOND_ALL: Self = Self::MAX;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Version {}
    impl Sealed for crate::Position {}
}

impl<P> Cursor<P> {
    /// The same direction from another place.
    #[must_use]
    pub fn moved_to(self, place: P) -> Self {
        match self {
            Self::After(_) => Self::After(place),
            Self::Before(_) => Self::Before(place),
        }
    }

    /// The same direction from the same place, written otherwise.
    pub(crate) fn map<T>(self, place: impl FnOnce(P) -> T) -> Cursor<T> {
        match self {
            Self::After(from) => Cursor::After(place(from)),
            Self::Before(from) => Cursor::Before(place(from)),
        }
    }
}
