//! The field that is to blame for a stored form that cannot be read.

use serde::de::IgnoredAny;

use super::leaves::{self, Leaf};
use super::loss::Loss;
use super::place;
use crate::event::decode_error::DecodeError;
use crate::event::describe::Description;
use crate::event::payload::Payload;

/// The loss of an event whose stored form is refused with `error`.
///
/// serde says how far it came. Where it reads as a whole before it looks, within `flatten` and in enums
/// with a tag, that is behind the field; then a value that JSON does not have is to blame, or a number
/// that serde does not keep while it looks.
pub(super) fn loss(
    event: &Description,
    written: &[Leaf],
    payload: &Payload,
    error: DecodeError,
) -> Loss {
    let DecodeError::Damaged { source, .. } = &error else {
        return Loss::unreadable("", "", "", error);
    };
    let json = payload.as_str();
    let Some(place) = place::at(json, offset(json, source.line(), source.column())) else {
        return Loss::unreadable("", "", "", error);
    };
    if let Some((key, stored)) = key(&source.to_string()) {
        let mut path = place.path;
        leaves::field(&mut path, key);
        let value = value_of(event, written, &path).unwrap_or("left out");
        return Loss::unreadable(&path, value, stored, error);
    }
    if let Some(leaf) = suspect(event, written, &place.path) {
        let stored = place::of(json, &leaf.path).unwrap_or(place.rest);
        return Loss::unreadable(&leaf.path, &leaf.value, value(stored), error);
    }
    if place.path.is_empty() {
        return Loss::unreadable("", "", "", error);
    }
    let written = value_of(event, written, &place.path).unwrap_or("not read");
    Loss::unreadable(&place.path, written, value(place.rest), error)
}

/// The key that serde misses or finds twice, and what is stored for it.
fn key(told: &str) -> Option<(&str, &'static str)> {
    let causes = [("missing field `", "nothing"), ("duplicate field `", "two values")];
    let (key, stored) =
        causes.into_iter().find_map(|(cause, stored)| Some((told.strip_prefix(cause)?, stored)))?;
    Some((key.split('`').next()?, stored))
}

/// The leaf to which the reader had come, or else one that serde does not keep while it looks.
fn suspect<'a>(event: &Description, written: &'a [Leaf], path: &str) -> Option<&'a Leaf> {
    if let Some(leaf) = written.iter().find(|leaf| leaf.path == path) {
        return Some(leaf);
    }
    // A field of the event itself is read at once, and is to blame only if nothing else can be.
    let is_field = |leaf: &&Leaf| event.fields.iter().any(|field| field.name == leaf.path);
    let first_inner = |is_suspect: fn(&Leaf) -> bool| {
        written.iter().filter(|leaf| is_suspect(leaf)).min_by_key(is_field)
    };
    first_inner(|leaf| leaf.is_no_json).or_else(|| first_inner(|leaf| leaf.is_wide))
}

/// The value of a leaf, or of the outermost field in which `path` is.
fn value_of<'a>(event: &'a Description, written: &'a [Leaf], path: &str) -> Option<&'a str> {
    if let Some(leaf) = written.iter().find(|leaf| leaf.path == path) {
        return Some(&leaf.value);
    }
    let outermost = path.split(['.', '[']).next()?;
    let field = event.fields.iter().find(|field| field.name == outermost)?;
    Some(&field.value)
}

/// The first value of a text.
fn value(rest: &str) -> &str {
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => rest.get(..values.byte_offset()).unwrap_or(rest),
        _ => rest,
    }
}

/// Line and column of serde, which count from 1, as a number of bytes.
fn offset(json: &str, line: usize, column: usize) -> usize {
    let before = json.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len);
    before.sum::<usize>() + column
}
