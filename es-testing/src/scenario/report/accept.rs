//! Code to paste for the events that happened.

use std::error::Error;

use es_core::__private::Reported;

use crate::page::short_name;

/// The longest tuple that can be given, decided and expected.
const TUPLE: usize = 8;

/// Events as an argument of `then`: one bare, up to eight as a tuple, more as a `Vec` of the enum.
pub(crate) fn events_code<E: Reported>(events: &[E]) -> String {
    let codes: Vec<String> = events.iter().map(|event| event.describe().code()).collect();
    match codes.as_slice() {
        [one] => one.clone(),
        few if few.len() <= TUPLE => format!("({})", few.join(", ")),
        many => {
            // `.into()` would leave the compiler without a type for the elements.
            let set = short_name::<E>();
            let elements: Vec<String> = many.iter().map(|c| format!("{set}::from({c})")).collect();
            format!("vec![{}]", elements.join(", "))
        }
    }
}

/// An error as an argument of `then_rejected`, as far as its `Debug` is code.
///
/// A suggestion: errors are not described field by field, so a `String` in one is printed without
/// its `.into()`, and NaN as `NaN`.
pub(crate) fn error_code<E: Error>(error: &E) -> String {
    let debug = format!("{error:?}");
    let set = short_name::<E>();
    // A struct prints its own name, an enum that of the variant only.
    let is_struct = debug
        .strip_prefix(set)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'));
    if is_struct { debug } else { format!("{set}::{debug}") }
}
