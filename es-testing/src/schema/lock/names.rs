//! Names of types in the lock: the shortest that are unambiguous.

use std::collections::BTreeMap;

use es_core::shape::{Form, Schema};

use super::form::{FLOATS, INTEGERS, RESERVED};

/// The names of the types of one schema.
///
/// A type is called by the last part of its path, so that moving it changes nothing; two of one name
/// keep their paths. The event itself is `Self`, whatever its struct is called.
pub(super) struct Names<'a> {
    short: BTreeMap<&'a str, String>,
}

impl<'a> Names<'a> {
    pub(super) fn of(schema: &'a Schema) -> Self {
        let root = if let Form::Named(name) = &schema.form { Some(name) } else { None };
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for name in schema.definitions.keys().filter(|name| Some(*name) != root) {
            *wanted.entry(without_path(name)).or_default() += 1;
        }
        let is_alone = |short: &String| wanted.get(short) == Some(&1);
        let short = schema.definitions.keys().map(|name| {
            let short = if Some(name) == root {
                "Self".to_owned()
            } else {
                let short = Some(without_path(name)).filter(is_alone);
                quoted(short.unwrap_or_else(|| name.clone()))
            };
            (name.as_str(), short)
        });
        Self { short: short.collect() }
    }

    /// The name of a type as it is written.
    ///
    /// A name without a definition says nothing about the form.
    pub(super) fn short(&self, name: &str) -> String {
        self.short.get(name).cloned().unwrap_or_else(|| format!("opaque {name:?}"))
    }
}

/// A name that needs no quotes: letters, digits, `_` and `-`.
pub(super) fn is_word(name: &str) -> bool {
    let is_part = |next: char| next.is_alphanumeric() || next == '_' || next == '-';
    !name.is_empty() && name.chars().all(is_part)
}

/// `bank::Put<bank::Money>` is `Put<Money>`.
pub(crate) fn without_path(name: &str) -> String {
    let mut short = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("::") {
        let path = before.trim_end_matches(|next: char| next.is_alphanumeric() || next == '_');
        short.push_str(path);
        rest = after;
    }
    short + rest
}

/// The name in quotes if it could be taken for something else.
fn quoted(name: String) -> String {
    let is_path = name.split("::").all(is_word);
    let is_taken = [&RESERVED[..], &INTEGERS, &FLOATS].concat().contains(&name.as_str());
    if is_path && !is_taken { name } else { format!("{name:?}") }
}

#[cfg(test)]
mod tests {
    use super::{quoted, without_path};

    #[test]
    fn a_type_is_called_by_the_end_of_its_path() {
        assert_eq!(without_path("bank::money::Money"), "Money");
        assert_eq!(
            without_path("bank::Put<bank::Money, alloc::vec::Vec<u8>>"),
            "Put<Money, Vec<u8>>"
        );
    }

    #[test]
    fn a_name_that_means_a_form_is_quoted() {
        assert_eq!(quoted("String".to_owned()), "\"String\"");
        assert_eq!(quoted("Put<Money>".to_owned()), "\"Put<Money>\"");
        assert_eq!(quoted("Money".to_owned()), "Money");
    }
}
