//! The return type of the function behind `key = …`.

use crate::event::recorded::{Recorded, RecordedEvent};
use crate::event::set::EventSet;
use crate::read::projection::{KeyError, ProjectionKey, declared_key};

/// Text that can be a key. For any other type the compiler points at the name of the function.
#[diagnostic::on_unimplemented(
    message = "the key of an event is text, but this function returns a `{Self}`",
    label = "returns a `{Self}`",
    note = "return a `String`, for example by `.to_string()`"
)]
pub trait KeyText: Into<String> {}

#[diagnostic::do_not_recommend]
impl<T: Into<String>> KeyText for T {}

/// The key that `key` reads from the parts of a stored event.
pub fn key<S: EventSet, K: KeyText>(
    stored: &RecordedEvent,
    key: impl Fn(&Recorded<S>) -> K,
) -> Result<ProjectionKey, KeyError> {
    declared_key(stored, key)
}
