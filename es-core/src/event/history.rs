//! The history of an event's shapes, as data.

use crate::event::name::SchemaVersion;
use crate::shape::Schema;

/// An event with all the versions that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventHistory {
    /// The stored name.
    pub name: &'static str,
    /// Names under which it was stored before.
    pub aliases: &'static [&'static str],
    /// The names of its tags, the home first.
    pub tags: &'static [&'static str],
    /// The tag that names the stream in which a decision stores it.
    pub home: Option<&'static str>,
    /// True if it is read only: other events have replaced it.
    pub is_superseded: bool,
    /// The stored form of each version, oldest first; the last one is the one that is written.
    pub versions: Vec<(SchemaVersion, Schema)>,
}

impl EventHistory {
    /// An event that is still written and was never renamed.
    #[must_use]
    pub fn new(name: &'static str, versions: Vec<(SchemaVersion, Schema)>) -> Self {
        Self { name, aliases: &[], tags: &[], home: None, is_superseded: false, versions }
    }

    /// The same event, which was stored under these names before.
    #[must_use]
    pub fn with_aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same event, found under tags of these names and stored by decisions in the stream that
    /// `home` names.
    #[must_use]
    pub fn with_tags(mut self, tags: &'static [&'static str], home: Option<&'static str>) -> Self {
        self.tags = tags;
        self.home = home;
        self
    }

    /// The same event, which is read only.
    #[must_use]
    pub fn superseded(mut self) -> Self {
        self.is_superseded = true;
        self
    }
}
