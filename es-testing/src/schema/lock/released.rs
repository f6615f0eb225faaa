//! Released events, as data.

use std::collections::{BTreeMap, BTreeSet};

use es_core::shape::Schema;
use es_core::{EventHistory, SchemaVersion};

use super::check::{is_called, merged};
use super::tags;
use crate::schema::compatibility::{Rule, Tags, compatibility};

/// Every event that was released: what a lock file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Released {
    pub(super) events: BTreeMap<String, ReleasedEvent>,
}

/// One event that was released.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ReleasedEvent {
    pub(super) aliases: BTreeSet<String>,
    pub(super) is_superseded: bool,
    /// Unknown where the lock is of a format that had none.
    pub(super) tags: Option<Tags>,
    pub(super) versions: BTreeMap<SchemaVersion, Schema>,
}

impl Released {
    /// Name and version of everything that was released, in order.
    pub fn versions(&self) -> impl Iterator<Item = (&str, SchemaVersion)> {
        self.events.iter().flat_map(|(name, event)| {
            event.versions.keys().map(move |version| (name.as_str(), *version))
        })
    }

    /// The form in which that version is stored.
    #[must_use]
    pub fn schema(&self, event: &str, version: SchemaVersion) -> Option<&Schema> {
        self.events.get(event)?.versions.get(&version)
    }

    /// Adds what `present` has and this does not. What is here stays as it is, except that an
    /// event may come to be superseded, and that the version that is written may get optional fields.
    pub(super) fn add(&mut self, present: &[EventHistory]) {
        let (present, _) = merged(present);
        for history in &present {
            let under_aliases = self.released_under(history.aliases);
            let event = self.events.entry(history.name.to_owned()).or_default();
            event.aliases.extend(history.aliases.iter().map(|&alias| alias.to_owned()));
            event.is_superseded |= history.is_superseded;
            let written = history.versions.last().map(|(version, _)| *version);
            for (version, schema) in &history.versions {
                let is_written = Some(*version) == written;
                if is_written || !under_aliases.contains(version) {
                    let released = event.versions.entry(*version).or_insert_with(|| schema.clone());
                    if is_written && grew(released, schema) {
                        released.clone_from(schema);
                    }
                }
            }
        }
        for (name, event) in &mut self.events {
            let history = present.iter().find(|history| is_called(history, name));
            event.tags.get_or_insert_with(|| history.map(tags::present).unwrap_or_default());
        }
    }

    /// Versions that are stored under another name, and so never under the present one.
    pub(super) fn released_under(&self, aliases: &[&str]) -> BTreeSet<SchemaVersion> {
        let events = aliases.iter().filter_map(|&alias| self.events.get(alias));
        events.flat_map(|event| event.versions.keys().copied()).collect()
    }
}

/// True if optional fields were added, and nothing else changed.
fn grew(released: &Schema, present: &Schema) -> bool {
    let compatibility = compatibility(released, present);
    let mut changes = compatibility.changes().iter().peekable();
    changes.peek().is_some() && changes.all(|change| change.rule == Rule::OptionalFieldAdded)
}
