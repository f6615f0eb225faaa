//! Tags: the things that an event is about, besides its stream.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::validated_text::{InvalidText, Rule};

/// `name:value`: one thing that an event is about, such as `course:c1`.
///
/// An event stands in one stream; it may concern several things. Tags find it by each of them, and
/// a [`Condition`](crate::Condition) rests a decision on them.
///
/// The name is 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first; the value 1 to 512
/// bytes of UTF-8 without control characters. Both are compared byte by byte.
///
/// ```
/// use es_core::Tag;
///
/// let tag = Tag::new("course", "c1")?;
/// assert_eq!(tag.as_str(), "course:c1");
/// assert_eq!("course:c1".parse::<Tag>()?, tag);
/// # Ok::<(), es_core::InvalidText>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Box<str>);

impl Tag {
    /// The most bytes that a tag's name may have.
    pub const NAME_MAX_BYTES: usize = 64;
    /// The most bytes that a tag's value may have.
    pub const VALUE_MAX_BYTES: usize = 512;

    /// The tag `name:value`.
    pub fn new(name: &str, value: impl fmt::Display) -> Result<Self, InvalidText> {
        let value = value.to_string();
        Rule::Name { max: Self::NAME_MAX_BYTES }.check("tag name", name)?;
        Rule::Line { max: Self::VALUE_MAX_BYTES }
            .check("tag value", &value)
            .map_err(|error| error.by(format!("value of the tag `{name}`")))?;
        Ok(Self(format!("{name}:{value}").into()))
    }

    /// The name of the tag: the kind of thing.
    #[must_use]
    pub fn name(&self) -> &str {
        self.split().0
    }

    /// The value of the tag: the thing among those of its kind.
    #[must_use]
    pub fn value(&self) -> &str {
        self.split().1
    }

    /// The text `name:value`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name holds no colon, so the first one ends it.
    fn split(&self) -> (&str, &str) {
        self.0.split_once(':').unwrap_or((&self.0, ""))
    }
}

/// Parses `name:value`: the name ends at the first `:`.
impl FromStr for Tag {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        Self::new(name, value)
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({:?})", self.as_str())
    }
}

/// Serializes as the text `name:value`.
impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_colons() {
        let tag: Tag = "range:10:20".parse().unwrap();

        assert_eq!((tag.name(), tag.value()), ("range", "10:20"));
    }

    #[test]
    fn a_tag_without_a_value_is_refused() {
        let error = "course".parse::<Tag>().unwrap_err().to_string();

        assert!(error.starts_with("the value of the tag `course` \"\" is empty;"), "{error}");
    }

    #[test]
    fn a_name_with_a_colon_is_refused() {
        let error = Tag::new("a:b", "c").unwrap_err().to_string();

        assert!(error.starts_with("the tag name \"a:b\" holds ':' at byte 1;"), "{error}");
    }

    #[test]
    fn a_tag_comes_back_from_json() {
        let tag = Tag::new("course", "c1").unwrap();

        let json = serde_json::to_string(&tag).unwrap();

        assert_eq!(json, r#""course:c1""#);
        assert_eq!(serde_json::from_str::<Tag>(&json).unwrap(), tag);
    }
}
