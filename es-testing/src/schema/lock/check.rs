//! Comparison of the released events with those of the code.

use std::collections::{BTreeMap, BTreeSet};

use es_core::shape::Schema;
use es_core::{EventHistory, SchemaVersion};

use super::parts::opaque;
use super::released::{Released, ReleasedEvent};
use crate::schema::compatibility::{Change, Compatibility, Rule, Tags, compatibility};

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    pub(super) breaches: Vec<Breach>,
    pub(super) news: Vec<New>,
}

impl Verdict {
    /// True if something that was released cannot be read any more, or would be written otherwise.
    #[must_use]
    pub fn is_breach(&self) -> bool {
        !self.breaches.is_empty()
    }

    /// True if the code has something that the lock does not have yet.
    #[must_use]
    pub fn is_new(&self) -> bool {
        !self.news.is_empty()
    }
}

/// A change that is not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Breach {
    /// The event is in no set, under this name or as an alias.
    EventGone { event: String, versions: Vec<SchemaVersion> },
    /// The event has lost a version.
    VersionGone { event: String, version: SchemaVersion, written: SchemaVersion },
    /// A name under which it was stored is not read any more.
    AliasGone { event: String, alias: String },
    /// The event was superseded, and is listed as one that is written.
    WrittenAgain { event: String },
    /// The tags of the event are others.
    Tags { event: String, changes: Vec<Change> },
    /// Two sets mean different things by the name.
    TwoEvents { event: String },
    /// The form is another one.
    Changed {
        event: String,
        version: SchemaVersion,
        /// The version that the code writes.
        written: SchemaVersion,
        changes: Vec<Change>,
    },
}

/// A part of the code's events that a blessing would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum New {
    Event {
        event: String,
        versions: Vec<SchemaVersion>,
        /// Types that cannot be looked into.
        opaque: BTreeSet<String>,
    },
    Version {
        event: String,
        version: SchemaVersion,
        opaque: BTreeSet<String>,
        /// The version before, and how the payloads of the two compare.
        before: Option<(SchemaVersion, Compatibility)>,
    },
    Fields {
        event: String,
        version: SchemaVersion,
        changes: Vec<Change>,
    },
    Alias {
        event: String,
        alias: String,
    },
    Superseded {
        event: String,
    },
    /// The lock is of a format that had no tags.
    Tags {
        event: String,
        tags: Tags,
    },
}

/// Compares what was released with the events that the code has, whichever sets they are from.
///
/// A version that is written must stay as it is, but for optional fields, which may come. A version
/// that is only read must still read all that it was released with.
#[must_use]
pub fn check(released: &Released, present: &[EventHistory]) -> Verdict {
    let mut verdict = Verdict::default();
    let (present, breaches) = merged(present);
    verdict.breaches = breaches;
    let present = &*present;
    for (name, event) in &released.events {
        match present.iter().find(|history| is_called(history, name)) {
            Some(history) => verdict.event(name, event, history),
            None => verdict.breaches.push(Breach::EventGone {
                event: name.clone(),
                versions: event.versions.keys().copied().collect(),
            }),
        }
    }
    for history in present {
        verdict.news(released, history);
    }
    verdict
}

/// Each event once, in the order of the names, and the names that mean two things.
pub(super) fn merged(present: &[EventHistory]) -> (Vec<EventHistory>, Vec<Breach>) {
    let mut breaches = Vec::new();
    let mut merged: BTreeMap<&str, EventHistory> = BTreeMap::new();
    for history in present {
        let Some(known) = merged.get_mut(history.name) else {
            merged.insert(history.name, history.clone());
            continue;
        };
        let tags = |history: &EventHistory| (history.tags, history.home);
        if known.versions != history.versions
            || known.aliases != history.aliases
            || tags(known) != tags(history)
        {
            breaches.push(Breach::TwoEvents { event: history.name.to_owned() });
        }
        // One aggregate may still write what another one only reads.
        known.is_superseded &= history.is_superseded;
    }
    (merged.into_values().collect(), breaches)
}

pub(super) fn is_called(history: &EventHistory, name: &str) -> bool {
    history.name == name || history.aliases.contains(&name)
}

impl Verdict {
    fn event(&mut self, name: &str, event: &ReleasedEvent, history: &EventHistory) {
        let gone = event.aliases.iter().filter(|alias| !is_called(history, alias));
        let breaches =
            gone.map(|alias| Breach::AliasGone { event: name.to_owned(), alias: alias.clone() });
        self.breaches.extend(breaches);
        if event.is_superseded && !history.is_superseded && history.name == name {
            self.breaches.push(Breach::WrittenAgain { event: name.to_owned() });
        }
        self.tags(name, event, history);
        let Some((written, _)) = history.versions.last() else { return };
        for (&version, released) in &event.versions {
            match history.versions.iter().find(|(present, _)| *present == version) {
                Some((_, present)) => {
                    let is_written =
                        version == *written && !history.is_superseded && history.name == name;
                    self.version(name, (version, *written), released, present, is_written);
                }
                None => self.breaches.push(Breach::VersionGone {
                    event: name.to_owned(),
                    version,
                    written: *written,
                }),
            }
        }
    }

    fn version(
        &mut self,
        event: &str,
        (version, written): (SchemaVersion, SchemaVersion),
        released: &Schema,
        present: &Schema,
        is_written: bool,
    ) {
        let found = compatibility(released, present);
        let is_harmless =
            |rule: Rule| rule.new_reads_old() && (rule.old_reads_new() || !is_written);
        let (came, changes): (Vec<Change>, Vec<Change>) =
            found.changes().iter().cloned().partition(|change| is_harmless(change.rule));
        let event = event.to_owned();
        if !changes.is_empty() {
            self.breaches.push(Breach::Changed { event, version, written, changes });
        } else if is_written && !came.is_empty() {
            self.news.push(New::Fields { event, version, changes: came });
        }
    }

    fn news(&mut self, released: &Released, history: &EventHistory) {
        let event = history.name.to_owned();
        let under_aliases = released.released_under(history.aliases);
        let written = history.versions.last().map(|(version, _)| *version);
        let Some(known) = released.events.get(history.name) else {
            let is_new = |version: &SchemaVersion| {
                !under_aliases.contains(version) || Some(*version) == written
            };
            let new = history.versions.iter().filter(|(version, _)| is_new(version));
            let opaque =
                new.clone().flat_map(|(_, schema)| opaque(schema)).map(str::to_owned).collect();
            let versions = new.map(|(version, _)| *version).collect();
            self.news.push(New::Event { event, versions, opaque });
            return;
        };
        let is_new = |version: &SchemaVersion| {
            let is_known = known.versions.contains_key(version);
            !is_known && (!under_aliases.contains(version) || Some(*version) == written)
        };
        for (nth, (version, schema)) in history.versions.iter().enumerate() {
            if is_new(version) {
                let before = nth.checked_sub(1).and_then(|before| history.versions.get(before));
                self.news.push(New::Version {
                    event: event.clone(),
                    version: *version,
                    opaque: opaque(schema).into_iter().map(str::to_owned).collect(),
                    before: before.map(|(at, before)| (*at, compatibility(before, schema))),
                });
            }
        }
        let known_aliases: BTreeSet<&str> = known.aliases.iter().map(String::as_str).collect();
        for alias in history.aliases.iter().filter(|alias| !known_aliases.contains(**alias)) {
            self.news.push(New::Alias { event: event.clone(), alias: (*alias).to_owned() });
        }
        if history.is_superseded && !known.is_superseded {
            self.news.push(New::Superseded { event });
        }
    }
}
