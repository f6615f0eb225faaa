//! Compatibility of tags.

use std::collections::BTreeSet;

use super::change::{Change, Compatibility};
use super::rule::Rule;

/// The tags of an event: what finds it besides its stream, and which of them names the stream that a
/// decision stores it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The names, in the order of the fields.
    pub names: Vec<String>,
    /// The one that is the home.
    pub home: Option<String>,
}

impl Tags {
    /// Tags of these names, with that home.
    #[must_use]
    pub fn new(names: &[&str], home: Option<&str>) -> Self {
        let mut seen = BTreeSet::new();
        let names = names.iter().filter(|name| seen.insert(**name)).map(|&name| name.to_owned());
        Self { names: names.collect(), home: home.map(str::to_owned) }
    }
}

/// Compares the tags with which an event was released with those that the code has. Their order is no
/// change, since the home is named.
#[must_use]
pub fn tags_compatibility(old: &Tags, new: &Tags) -> Compatibility {
    let mut changes = Vec::new();
    let mut push = |place: &str, old: Option<&String>, new: Option<&String>, rule| {
        let (place, old, new) = (place.to_owned(), old.cloned(), new.cloned());
        changes.push(Change { place, old, new, rule });
    };
    for gone in old.names.iter().filter(|name| !new.names.contains(name)) {
        push("tags", Some(gone), None, Rule::TagRemoved);
    }
    for came in new.names.iter().filter(|name| !old.names.contains(name)) {
        push("tags", None, Some(came), Rule::TagAdded);
    }
    if old.home != new.home {
        push("home", old.home.as_ref(), new.home.as_ref(), Rule::HomeChanged);
    }
    Compatibility { changes }
}
