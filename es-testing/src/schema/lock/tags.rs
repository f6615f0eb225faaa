//! Tags as they were released.

use std::fmt;

use es_core::EventHistory;

use super::check::{Breach, New, Verdict};
use super::line::Line;
use super::released::ReleasedEvent;
use crate::schema::compatibility::{Change, Rule, Tags, tags_compatibility};

/// The tags that the code has.
pub(super) fn present(history: &EventHistory) -> Tags {
    Tags::new(history.tags, history.home)
}

/// The lines of an event's tags, the home first.
pub(super) fn write(to: &mut impl fmt::Write, tags: &Tags) -> fmt::Result {
    if let Some(home) = &tags.home {
        writeln!(to, "  home {home}")?;
    }
    let mut others = tags.names.iter().filter(|name| Some(*name) != tags.home.as_ref());
    others.try_for_each(|name| writeln!(to, "  tag {name}"))
}

/// Reads a line `home …` or `tag …`.
pub(super) fn read(line: &mut Line<'_>, tags: &mut Tags) -> Result<(), String> {
    let is_home = line.takes_word("home");
    if !is_home {
        line.expect("tag ")?;
    }
    let name = line.name()?;
    if tags.names.contains(&name) {
        return Err(format!("the tag `{name}` is there already"));
    }
    if is_home && let Some(home) = tags.home.replace(name.clone()) {
        return Err(format!("the home is there already, `{home}`: keep one of them"));
    }
    tags.names.push(name);
    Ok(())
}

impl Verdict {
    /// Compares the tags of an event that was released under `name`.
    pub(super) fn tags(&mut self, name: &str, event: &ReleasedEvent, history: &EventHistory) {
        let present = present(history);
        let event_name = name.to_owned();
        let Some(released) = &event.tags else {
            if !present.names.is_empty() {
                self.news.push(New::Tags { event: event_name, tags: present });
            }
            return;
        };
        let found = tags_compatibility(released, &present);
        if !found.changes().is_empty() {
            let changes = found.changes().to_vec();
            self.breaches.push(Breach::Tags { event: event_name, changes });
        }
    }
}

/// Tells the changes of the tags of `event`, and what to do.
pub(super) fn changed(f: &mut fmt::Formatter<'_>, event: &str, changes: &[Change]) -> fmt::Result {
    writeln!(f, "  `{event}` is released with other tags")?;
    for change in changes {
        let sentence = change.rule.sentence();
        match (&change.old, &change.new) {
            (Some(old), None) if change.rule == Rule::TagRemoved => {
                writeln!(f, "  - the tag `{old}` is gone\n      {sentence}")?;
                writeln!(f, "      write: tag = {old:?} on the field that it was")?;
                writeln!(
                    f,
                    "      or, when nothing that runs rests on it any more: take `tag {old}` under \
                     `event {event}` out of events.lock, and call retag for the event"
                )?;
            }
            (None, Some(new)) if change.rule == Rule::TagAdded => {
                writeln!(f, "  + the tag `{new}` is new\n      {sentence}")?;
                if let Some(old) = renamed(change, changes) {
                    writeln!(
                        f,
                        "      if it is what became of `{old}`: tag = {old:?} on the field"
                    )?;
                }
                writeln!(
                    f,
                    "      write: `tag {new}` under `event {event}` in events.lock, and call retag for \
                     the event when the release before has ended; until then decisions that rest on \
                     the tag are refused"
                )?;
            }
            (old, new) => {
                let said = |home: &Option<String>| {
                    home.as_ref().map_or("no tag".to_owned(), |home| format!("`{home}`"))
                };
                writeln!(
                    f,
                    "  ~ the home was {} and is {}\n      {sentence}",
                    said(old),
                    said(new)
                )?;
                match old {
                    Some(old) => writeln!(f, "      write: home beside the tag `{old}`")?,
                    None => writeln!(f, "      write: an event of another name, with that home")?,
                }
            }
        }
    }
    Ok(())
}

/// The only tag that went, where this is the only one that came.
fn renamed<'a>(change: &Change, all: &'a [Change]) -> Option<&'a str> {
    let went: Vec<_> = all.iter().filter(|one| one.rule == Rule::TagRemoved).collect();
    let came: Vec<_> = all.iter().filter(|one| one.rule == Rule::TagAdded).collect();
    match (&*went, &*came) {
        ([went], [came]) if *came == change => went.old.as_deref(),
        _ => None,
    }
}

/// Tells the tags that a lock of format 1 does not have.
pub(super) fn new(f: &mut fmt::Formatter<'_>, event: &str, tags: &Tags) -> fmt::Result {
    writeln!(f, "\n  `{event}` has tags, of which a lock of format 1 says nothing")?;
    for name in &tags.names {
        let home = if Some(name) == tags.home.as_ref() { ", which is its home" } else { "" };
        writeln!(f, "  + `{name}`{home}")?;
    }
    writeln!(
        f,
        "    bless them if they are those of the release that runs: one that came since is not on \
         what is stored"
    )
}
