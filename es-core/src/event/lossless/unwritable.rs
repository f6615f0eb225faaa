//! The field at which serde gives up writing.

use serde::Serialize;

use super::place;

/// The path of the field that cannot be written, if it is one field.
///
/// serde says why and not where. What it has written by then ends at the field.
#[cold]
pub(crate) fn unwritable(value: &impl Serialize) -> Option<String> {
    let mut written = Vec::new();
    serde_json::to_writer(&mut written, value).err()?;
    let json = String::from_utf8(written).ok()?;
    place::at(&json, json.len()).map(|place| place.path).filter(|path| !path.is_empty())
}
