//! Addresses of the store: streams, versions and positions.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::aggregate::Aggregate;
use crate::validated_text::{InvalidText, Rule, Text, archived, is_name, text_value};

text_value! {
    static
    /// The kind of a stream: the `name` of its aggregate.
    ///
    /// 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first. Compared byte by byte. That of
    /// an [archive](StreamId::archive) has `~` and a number after it, and no aggregate is called so.
    Category, "category", Rule::Category { max: Category::MAX_BYTES }
}

impl Category {
    /// The most bytes that a category may have.
    pub const MAX_BYTES: usize = 64;

    /// The category of the aggregate `A`. A name that breaks the rule does not compile.
    #[must_use]
    pub fn of<A: Aggregate>() -> Self {
        const {
            assert!(
                is_name(A::NAME, Self::MAX_BYTES),
                "the aggregate's NAME must be 1 to 64 ASCII letters, digits, `-`, `_` and `.`, a letter first"
            );
        }
        Self(Text::Static(A::NAME))
    }
}

text_value! {
    /// The key of a stream within its category: the text of the aggregate's id.
    ///
    /// 1 to 512 bytes of UTF-8 without control characters. Compared byte by byte: neither case
    /// nor Unicode normal form is folded, so two spellings are two streams.
    StreamKey, "stream key", Rule::Line { max: StreamKey::MAX_BYTES }
}

impl StreamKey {
    /// The most bytes that a key may have.
    pub const MAX_BYTES: usize = 512;
}

/// The events of one aggregate: a category and a key.
///
/// ```
/// use es_core::{Category, StreamId, StreamKey};
///
/// let stream = StreamId::new(Category::new("account")?, StreamKey::new("ada")?);
/// assert_eq!(stream.to_string(), "account/ada");
/// # Ok::<(), es_core::InvalidText>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    category: Category,
    key: StreamKey,
}

impl StreamId {
    /// The stream of `category` that is called `key`.
    #[must_use]
    pub fn new(category: Category, key: StreamKey) -> Self {
        Self { category, key }
    }

    /// The stream of the aggregate `A` whose id is `id`: its key is what the id prints.
    pub fn of<A: Aggregate>(id: &A::Id) -> Result<Self, InvalidText> {
        Ok(Self::new(Category::of::<A>(), StreamKey::new(id.to_string())?))
    }

    /// The name under which the events of this stream up to `last` are kept, once a
    /// [transformed](crate::TransformStore) copy has taken the stream's own: `account/ada` up to version
    /// 7 is `account~7/ada`. Of an archive, the archive of its stream.
    ///
    /// An archive is read like any stream. Nothing can be appended to it.
    #[must_use]
    pub fn archive(&self, last: Version) -> Self {
        let (name, _) = self.archived().unwrap_or((self.category.as_str(), 0));
        let category = Category(Text::shared(&format!("{name}~{last}")));
        Self { category, key: self.key.clone() }
    }

    /// The stream whose events an archive keeps, and the last version in it; `None` if this is no
    /// archive.
    #[must_use]
    pub fn archive_of(&self) -> Option<(Self, Version)> {
        let (name, last) = self.archived()?;
        let category = Category(Text::shared(name));
        Some((Self { category, key: self.key.clone() }, Version(last)))
    }

    /// True if this is the name of an archive.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        self.archived().is_some()
    }

    fn archived(&self) -> Option<(&str, u64)> {
        archived(self.category.as_str())
    }

    /// The kind of the stream.
    #[must_use]
    pub fn category(&self) -> &Category {
        &self.category
    }

    /// The key of the stream within its category.
    #[must_use]
    pub fn key(&self) -> &StreamKey {
        &self.key
    }
}

/// Parses `category/key`: the category ends at the first `/`.
impl FromStr for StreamId {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (category, key) = text.split_once('/').unwrap_or((text, ""));
        Ok(Self::new(Category::new(category)?, StreamKey::new(key)?))
    }
}

/// Serializes as the text `category/key`.
impl Serialize for StreamId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for StreamId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.category, self.key)
    }
}

/// A place in one stream, counted from 1 without gaps; 0 says that there is no stream.
///
/// A stream that was [transformed](crate::TransformStore) counts on from where the old one ended, so
/// that a version of a name never means two events.
///
/// Not a [`Position`], which is a place in the log of the whole store:
///
/// ```compile_fail
/// use es_core::{Position, Version};
///
/// let version: Version = Position(7);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Version(pub u64);

impl Version {
    /// The version of a stream that has no event.
    pub const NONE: Self = Self(0);
    /// A version beyond every one that a store can hold.
    pub const MAX: Self = Self(u64::MAX);

    /// The version `events` later.
    #[must_use]
    pub fn plus(self, events: usize) -> Self {
        Self(self.0.saturating_add(events as u64))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in the log of the whole store, from 1. Rises along every stream; may have holes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Position(pub u64);

impl Position {
    /// The position before the first event of the log: the checkpoint of a reader that has read
    /// nothing.
    pub const START: Self = Self(0);
    /// A position beyond every one that a store can hold.
    pub const MAX: Self = Self(u64::MAX);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The requirement of an append on its stream. Each is enforced by the store, under concurrency
/// too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpectedVersion {
    /// No requirement: the events go to the end, wherever that is.
    Any,
    /// The stream has no event yet.
    NoStream,
    /// The stream has at least one event.
    StreamExists,
    /// The stream stands at exactly this version. `Exact(Version(0))` is
    /// [`NoStream`](Self::NoStream).
    Exact(Version),
}

impl ExpectedVersion {
    /// True if a stream at `actual` meets the requirement.
    #[must_use]
    pub fn accepts(self, actual: Version) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => actual == Version::NONE,
            Self::StreamExists => actual > Version::NONE,
            Self::Exact(version) => actual == version,
        }
    }
}

impl fmt::Display for ExpectedVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any version"),
            Self::NoStream => f.write_str("no stream"),
            Self::StreamExists => f.write_str("an existing stream"),
            Self::Exact(version) => write!(f, "version {version}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_comes_back_from_its_text() {
        let stream: StreamId = "file/src/lib.rs".parse().unwrap();

        assert_eq!((stream.category().as_str(), stream.key().as_str()), ("file", "src/lib.rs"));
        assert_eq!(stream.to_string().parse::<StreamId>().unwrap(), stream);
        assert_eq!(serde_json::to_string(&stream).unwrap(), r#""file/src/lib.rs""#);
    }

    #[test]
    fn a_stream_without_a_key_is_refused() {
        let error = "account".parse::<StreamId>().unwrap_err();

        assert!(error.to_string().starts_with("the stream key \"\" is empty;"), "{error}");
    }

    #[test]
    fn an_archive_is_named_after_its_stream_and_its_last_version() {
        let stream: StreamId = "account/ada~1/x".parse().unwrap();

        let archive = stream.archive(Version(7));

        assert_eq!(archive.to_string(), "account~7/ada~1/x");
        assert_eq!(archive.to_string().parse::<StreamId>().unwrap(), archive);
        assert_eq!(archive.archive_of(), Some((stream.clone(), Version(7))));
        assert_eq!(archive.archive(Version(9)), stream.archive(Version(9)));
        assert!(archive.is_archive() && !stream.is_archive());
    }

    #[test]
    fn places_are_plain_numbers_for_those_who_read_json() {
        assert_eq!(serde_json::to_string(&(Version(3), Position(7))).unwrap(), "[3,7]");
    }
}
