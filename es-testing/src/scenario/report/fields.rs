//! Two values of one type, explained field by field.

use es_core::Description;

/// The fields that print differently, one line each. If all print alike, a line that says so: the
/// values were compared with `PartialEq`, which sees more than `Debug` shows.
pub(crate) fn different_fields(actual: &Description, expected: &Description) -> Vec<String> {
    let lines: Vec<String> = actual
        .fields
        .iter()
        .zip(&expected.fields)
        .filter(|(actual, expected)| actual.value != expected.value)
        .map(|(actual, expected)| {
            format!("{}: {}, expected {}", actual.name, actual.value, expected.value)
        })
        .collect();
    if lines.is_empty() {
        vec!["every field prints alike, but the values are not equal (PartialEq)".to_owned()]
    } else {
        lines
    }
}
