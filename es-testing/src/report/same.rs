//! Whether an event that was stored came back.

use es_core::__private::Reported;

/// Equal; of an event that is not even equal to itself, its JSON and its fields as printed.
///
/// NaN under `PartialEq` differs from everything, also where a form of its own brings it back.
pub(crate) fn came_back<E: Reported>(read: &E, stored: &E) -> bool {
    if equals_itself(stored) {
        return read == stored;
    }
    let same_json = match (read.to_raw(), stored.to_raw()) {
        (Ok(read), Ok(stored)) => read == stored,
        _ => false,
    };
    // `Some(NaN)` and `None` have the same JSON.
    same_json && read.describe() == stored.describe()
}

/// False for an event that holds a NaN.
#[expect(clippy::eq_op, reason = "NaN is what is looked for")]
pub(crate) fn equals_itself<E: PartialEq>(event: &E) -> bool {
    event == event
}
