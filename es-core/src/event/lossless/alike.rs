//! Equality of what was written and what is read.

use crate::__private::Reported;
use crate::event::describe::Describe;
use crate::event::payload::Payload;
use crate::event::set::EventSet;

/// True if an event that was stored came back: equal; of an event that is not even equal to itself,
/// its JSON and its fields as printed.
///
/// NaN under `PartialEq` differs from everything, also where a form of its own brings it back.
#[must_use]
pub fn came_back<E: Reported>(read: &E, stored: &E) -> bool {
    if equals_itself(stored) {
        return read == stored;
    }
    let same_json = match (read.to_raw(), stored.to_raw()) {
        (Ok(read), Ok(stored)) => same_words(read.payload.as_str(), stored.payload.as_str()),
        _ => false,
    };
    // `Some(NaN)` and `None` have the same JSON.
    same_json && prints_alike(read, stored)
}

/// False for an event that holds a NaN.
#[must_use]
#[expect(clippy::eq_op, reason = "NaN is what is looked for")]
pub fn equals_itself<E: PartialEq>(event: &E) -> bool {
    event == event
}

/// True if both are written as `payload` and print the same.
pub(super) fn writes_alike<S: EventSet>(read: &S, written: &S, payload: &Payload) -> bool {
    let again = read.encode();
    again.is_ok_and(|again| same_words(again.as_str(), payload.as_str()))
        && read.name() == written.name()
        && prints_alike(read, written)
}

/// True if two values print the same words, as sets and maps do in any order.
pub(super) fn prints_alike<T: Describe>(one: &T, other: &T) -> bool {
    same_words(&one.describe().to_string(), &other.describe().to_string())
}

/// True if two texts have the same words, in whatever order.
#[must_use]
pub fn same_words(one: &str, other: &str) -> bool {
    one == other || words(one) == words(other)
}

fn words(text: &str) -> Vec<&str> {
    let between = |next: char| next.is_whitespace() || "(){}[],:".contains(next);
    let mut words: Vec<&str> = text.split(between).collect();
    words.sort_unstable();
    words
}
