//! Report on a comparison, for people.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use es_core::SchemaVersion;

use super::check::{Breach, New, Verdict};
use super::tags;
use crate::schema::compatibility::{Change, Compatibility, Rule};

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.breaches.iter().try_for_each(|breach| write!(f, "{breach}"))?;
        self.news.iter().try_for_each(|new| write!(f, "{new}"))
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\n")?;
        match self {
            Self::EventGone { event, versions } => {
                writeln!(f, "  `{event}` is released ({}), and no set has it", listed(versions))?;
                cure(
                    f,
                    "list it under superseded(…), or put aliases(\"…\") with this name on the event that it became; \
                         if it is in a set that was not given here, give that set too",
                )
            }
            Self::VersionGone { event, version, written } if version > written => {
                writeln!(
                    f,
                    "  `{event}` version {version} is released, and the code ends at version {written}"
                )?;
                cure(f, "bring back what the code had when it was released, or go on from there")
            }
            Self::VersionGone { event, version, .. } => {
                writeln!(
                    f,
                    "  `{event}` version {version} is released, and cannot be read any more"
                )?;
                cure(
                    f,
                    "bring back the struct that `previous = …` led to, or the `in = …` of its history",
                )
            }
            Self::AliasGone { event, alias } => {
                writeln!(
                    f,
                    "  `{event}` was stored as `{alias}` before, and that name is not read any more"
                )?;
                cure(f, &format!("aliases(\"{alias}\")"))
            }
            Self::WrittenAgain { event } => {
                writeln!(
                    f,
                    "  `{event}` was superseded, and is listed as an event that is written"
                )?;
                cure(
                    f,
                    "leave it under superseded(…), and give what is written now a name of its own",
                )
            }
            Self::TwoEvents { event } => {
                writeln!(f, "  `{event}` is two different events in two sets")?;
                cure(f, "give one of them a name of its own")
            }
            Self::Tags { event, changes } => tags::changed(f, event, changes),
            Self::Changed { event, version, written, changes } => {
                changed(f, event, (*version, *written), changes)
            }
        }
    }
}

fn changed(
    f: &mut fmt::Formatter<'_>,
    event: &str,
    (version, written): (SchemaVersion, SchemaVersion),
    changes: &[Change],
) -> fmt::Result {
    let is_written = if version == written { "" } else { ", and is only read now" };
    writeln!(f, "  `{event}` version {version} is released{is_written}")?;
    let next = SchemaVersion(written.0 + 1);
    for change in changes {
        let place = match change.place.as_str() {
            "" => "the event itself".to_owned(),
            place => format!("`{place}`"),
        };
        match (&change.old, &change.new) {
            (Some(old), None) => writeln!(f, "  - {place} was `{old}` and is gone")?,
            (None, Some(new)) => writeln!(f, "  + {place} is new: `{new}`")?,
            (Some(old), Some(new)) => writeln!(f, "  ~ {place} was `{old}` and is `{new}`")?,
            (None, None) => writeln!(f, "  ~ {place} is another")?,
        }
        writeln!(f, "      {}", broken(change.rule))?;
        if version == written {
            if let Some(history) = history(change, next) {
                writeln!(f, "      write: {history}")?;
            }
            if let Some(from) = renamed(change, changes) {
                let renamed = format!("renamed(from = {from:?}, in = {next}) on {place}");
                writeln!(f, "      or, if it is what became of `{from}`: {renamed}")?;
            }
        }
    }
    if version == written {
        cure(f, &format!("version = {next} on the struct; version {version} stays as it was"))
    } else {
        cure(
            f,
            &format!(
                "what reads version {version} as it was: its history, and the structs in it, are \
                 released too"
            ),
        )
    }
}

/// The broken one of the two rules, and the reason.
fn broken(rule: Rule) -> String {
    let directions = match (rule.new_reads_old(), rule.old_reads_new()) {
        (false, false) => "new code does not read all old data, nor old code all new data",
        (false, true) => "new code does not read all old data",
        (true, _) => "old code does not read all new data, as in a rolling deployment",
    };
    format!("{directions}: {}", rule.sentence())
}

/// The history that tells the change.
fn history(change: &Change, next: SchemaVersion) -> Option<String> {
    let Change { place, old, new, rule, .. } = change;
    if matches!(rule, Rule::RefusedByOld | Rule::RefusedByNew) {
        return None;
    }
    let field = place.split(['.', '[', ':']).next().unwrap_or_default();
    if field.is_empty() {
        return Some("previous = …, with `impl Upcast` from the struct as it was".to_owned());
    }
    if field != place {
        return Some(format!(
            "changed(from = …, in = {next}, with = …) on `{field}`, from its type as it was, under \
             another name"
        ));
    }
    Some(match (old, new) {
        (Some(old), None) => format!("removed({place}: {}, in = {next}) on the struct", rust(old)),
        (None, _) => {
            format!("added(in = {next}, default) or added(in = {next}, with = …) on `{place}`")
        }
        (Some(old), Some(_)) => {
            format!("changed(from = {}, in = {next}, with = …) on `{place}`", rust(old))
        }
    })
}

/// A form as one would write the type.
fn rust(form: &str) -> String {
    let form = form.trim_start_matches("text ").trim_start_matches("opaque ");
    form.trim_matches('"').to_owned()
}

/// The field that may have become this one: the only one that went, where this is the only one that
/// came, of the same form.
fn renamed<'a>(change: &Change, all: &'a [Change]) -> Option<&'a str> {
    let went: Vec<_> = all.iter().filter(|one| is_field(one) && one.new.is_none()).collect();
    let came: Vec<_> = all.iter().filter(|one| is_field(one) && one.old.is_none()).collect();
    match (&*went, &*came) {
        ([went], [came]) if *came == change && went.old == came.new => Some(&went.place),
        _ => None,
    }
}

/// A field of the event itself.
fn is_field(change: &Change) -> bool {
    let is_direct = !change.place.contains(['.', '[', ':']);
    is_direct && !matches!(change.rule, Rule::RefusedByOld | Rule::RefusedByNew)
}

impl fmt::Display for New {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event { event, versions, opaque } => {
                writeln!(f, "\n  `{event}` is new ({})", listed(versions))?;
                unseen(f, opaque)
            }
            Self::Version { event, version, opaque, before } => {
                writeln!(f, "\n  `{event}` version {version} is new")?;
                if let Some((before, compatibility)) = before {
                    between(f, (*before, *version), compatibility)?;
                }
                unseen(f, opaque)
            }
            Self::Fields { event, version, changes } => {
                writeln!(f, "\n  `{event}` version {version} has optional fields that are new")?;
                for change in changes {
                    let new = change.new.as_deref().unwrap_or_default();
                    writeln!(f, "  + `{}`: `{new}`", change.place)?;
                }
                writeln!(
                    f,
                    "    new code reads old data: yes; old code reads new data: yes, without these fields"
                )
            }
            Self::Alias { event, alias } => {
                writeln!(f, "\n  `{event}` is read under the name `{alias}`, which is new")
            }
            Self::Tags { event, tags } => tags::new(f, event, tags),
            Self::Superseded { event } => {
                writeln!(f, "\n  `{event}` is superseded now: read, and not written")
            }
        }
    }
}

/// Writes what follows from running both releases at once.
fn between(
    f: &mut fmt::Formatter<'_>,
    (before, version): (SchemaVersion, SchemaVersion),
    compatibility: &Compatibility,
) -> fmt::Result {
    writeln!(f, "    new code reads version {before}: yes, by the way up from it")?;
    writeln!(
        f,
        "    code that ends at version {before} reads version {version}: no; it stops at a version that it does not know,"
    )?;
    writeln!(f, "      so let every reader have version {version} before the first writer does")?;
    if compatibility.new_reads_old() && compatibility.old_reads_new() {
        return writeln!(
            f,
            "    the payloads fit both ways: without a new version it would have been as safe"
        );
    }
    let against = compatibility
        .changes()
        .iter()
        .filter(|change| !(change.rule.new_reads_old() && change.rule.old_reads_new()));
    for change in against {
        let place = if change.place.is_empty() { "the event itself" } else { &change.place };
        writeln!(f, "    why it needs a version: `{place}`: {}", broken(change.rule))?;
    }
    Ok(())
}

/// Writes which types the lock does not guard.
fn unseen(f: &mut fmt::Formatter<'_>, opaque: &BTreeSet<String>) -> fmt::Result {
    opaque.iter().try_for_each(|name| {
        writeln!(
            f,
            "    `{name}` cannot be looked into, and what changes in it is not seen; \
             if it is yours, #[derive(Shape)] on it"
        )
    })
}

fn cure(f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
    writeln!(f, "    write: {what}")
}

/// `version 1`, `versions 1, 2`
fn listed(versions: &[SchemaVersion]) -> String {
    let mut text = if versions.len() == 1 { "version ".to_owned() } else { "versions ".to_owned() };
    for (nth, version) in versions.iter().enumerate() {
        let comma = if nth == 0 { "" } else { ", " };
        let _ = write!(text, "{comma}{version}");
    }
    text
}
