//! The difference between an event and what is read of its stored form.

use std::fmt;

use crate::event::decode_error::DecodeError;

/// The part of an event that would be lost in the log.
#[derive(Debug)]
#[non_exhaustive]
pub enum Loss {
    /// The stored form cannot be read.
    Unreadable {
        /// The path of the field, as it is stored: `lines[1].price`. Empty if it is not one field.
        path: String,
        /// The value at the path.
        written: String,
        /// The JSON that would be stored for it.
        stored: String,
        /// The reason why that is not read.
        source: DecodeError,
    },
    /// The stored form is read as another value.
    Changed {
        /// The fields that differ. None if all of them print alike, and are not equal nevertheless.
        fields: Vec<ChangedField>,
    },
    /// The stored form is read as none or several events.
    NotOne {
        /// The number of events.
        count: usize,
    },
}

/// A field that would be read as another value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangedField {
    /// The place of the value: `lines[1].price`, by the names that are stored.
    pub path: String,
    /// The value of the field.
    pub written: String,
    /// The value that would be read in its place.
    pub read: String,
}

/// The most of a value or path that a message shows.
const SHOWN: usize = 200;

impl ChangedField {
    pub(super) fn new(path: &str, written: &str, read: &str) -> Self {
        Self { path: shortened(path), written: shortened(written), read: shortened(read) }
    }
}

impl Loss {
    pub(super) fn unreadable(path: &str, written: &str, stored: &str, source: DecodeError) -> Self {
        Self::Unreadable {
            path: shortened(path),
            written: shortened(written),
            stored: shortened(stored),
            source,
        }
    }

    /// The fields that would be read as other values.
    #[must_use]
    pub fn fields(&self) -> &[ChangedField] {
        match self {
            Self::Changed { fields } => fields,
            Self::Unreadable { .. } | Self::NotOne { .. } => &[],
        }
    }

    /// The consequence for the event, as half a sentence that begins with its name.
    #[must_use]
    pub fn fate(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "cannot be read again once it is stored",
            Self::Changed { .. } => "is another once it is stored",
            Self::NotOne { .. } => "is not one event once it is stored",
        }
    }
}

/// The half sentence of [`fate`](Loss::fate) with the field and both values.
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fate())?;
        match self {
            // The reason is the source, and there is nothing else to tell.
            Self::Unreadable { path, .. } if path.is_empty() => Ok(()),
            Self::Unreadable { path, written, stored, .. } => {
                write!(f, ": `{path}` is {written}, stored as {stored}")
            }
            Self::Changed { fields } => match &fields[..] {
                [] => f.write_str(
                    ": every field prints alike, but the values are not equal (PartialEq)",
                ),
                [ChangedField { path, written, read }, others @ ..] => {
                    write!(f, ": `{path}` is {written}, read as {read}")?;
                    match others.len() {
                        0 => Ok(()),
                        1 => f.write_str(", and one more field differs"),
                        more => write!(f, ", and {more} more fields differ"),
                    }
                }
            },
            Self::NotOne { count } => write!(f, ": it is read as {count} events"),
        }
    }
}

fn shortened(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let end = (0..=SHOWN).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_fields_are_counted() {
        let field = |path| ChangedField::new(path, "1", "2");
        let told = |paths: &[&'static str]| {
            Loss::Changed { fields: paths.iter().copied().map(field).collect() }.to_string()
        };

        assert_eq!(told(&["a"]), "is another once it is stored: `a` is 1, read as 2");
        assert!(told(&["a", "b"]).ends_with("read as 2, and one more field differs"));
        assert!(told(&["a", "b", "c"]).ends_with("read as 2, and 2 more fields differ"));
    }

    #[test]
    fn a_long_value_is_cut_between_two_characters() {
        let field = ChangedField::new("a", &"ä".repeat(200), "");

        assert_eq!(field.written, format!("{}…", "ä".repeat(100)));
    }
}
