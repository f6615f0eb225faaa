//! The lock as it is read.

use std::fmt;
use std::iter::Peekable;
use std::str::FromStr;
use std::vec;

use es_core::SchemaVersion;
use es_core::shape::{Definition, Enum, Form, Kind, Schema, Variant};

use super::line::{Line, field};
use super::parts::named;
use super::released::{Released, ReleasedEvent};
use super::tags;
use crate::schema::compatibility::Tags;

/// The reason that a text is no lock.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidLock {
    /// The line, from 1.
    pub line: usize,
    /// The problem with it, and the text to write instead.
    pub problem: String,
}

impl std::error::Error for InvalidLock {}

impl fmt::Display for InvalidLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// A line that says something.
struct Entry<'a> {
    line: usize,
    depth: usize,
    text: &'a str,
}

impl Entry<'_> {
    fn wrong(&self, problem: impl Into<String>) -> InvalidLock {
        InvalidLock { line: self.line, problem: problem.into() }
    }

    /// Reads the whole line.
    fn read<T>(
        &self,
        read: impl FnOnce(&mut Line<'_>) -> Result<T, String>,
    ) -> Result<T, InvalidLock> {
        let mut line = Line::new(self.text);
        let what = read(&mut line).map_err(|problem| self.wrong(problem))?;
        line.end().map_err(|problem| self.wrong(problem))?;
        Ok(what)
    }
}

type Entries<'a> = Peekable<vec::IntoIter<Entry<'a>>>;

/// Reads a lock. The order of events and versions does not matter, so that a merge may keep both
/// sides.
impl FromStr for Released {
    type Err = InvalidLock;

    fn from_str(text: &str) -> Result<Self, InvalidLock> {
        let mut entries = entries(text)?.into_iter().peekable();
        let has_tags = format(&mut entries)? > 1;
        let mut released = Self::default();
        while let Some(entry) = entries.next() {
            if entry.depth > 0 {
                return Err(entry.wrong("this belongs to no event: a line `event …` comes first"));
            }
            let name = entry.read(|line| {
                line.expect("event ")?;
                line.name()
            })?;
            if released.events.contains_key(&name) {
                return Err(entry.wrong(format!(
                    "`{name}` is there already: keep one `event {name}`, with the versions of both"
                )));
            }
            released.events.insert(name, event(&entry, &mut entries, has_tags)?);
        }
        Ok(released)
    }
}

fn entries(text: &str) -> Result<Vec<Entry<'_>>, InvalidLock> {
    let mut entries = Vec::new();
    for (nth, whole) in text.lines().enumerate() {
        let text = whole.trim_start_matches(' ').trim_end();
        let entry = Entry {
            line: nth + 1,
            depth: (whole.len() - whole.trim_start_matches(' ').len()) / 2,
            text,
        };
        let is_of_a_merge = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
            .iter()
            .any(|marker| text.starts_with(marker));
        if is_of_a_merge {
            return Err(entry.wrong(
                "a merge was left open here: keep the lines of both sides, and where both released \
                 the same version, give one of them the next number",
            ));
        }
        if text.starts_with('\t') || (whole.len() - whole.trim_start_matches(' ').len()) % 2 == 1 {
            return Err(entry.wrong("a line is set in by two spaces for each step"));
        }
        if !text.is_empty() && !text.starts_with('#') {
            entries.push(entry);
        }
    }
    Ok(entries)
}

/// The format, which is 1 where the lock was written before tags were in it.
fn format(entries: &mut Entries<'_>) -> Result<u32, InvalidLock> {
    let missing = "the first line that is no comment must be `format 2`";
    let Some(entry) = entries.next() else {
        return Err(InvalidLock { line: 1, problem: missing.to_owned() });
    };
    let format: u32 = entry
        .read(|line| {
            line.expect("format ")?;
            line.number()
        })
        .map_err(|_| entry.wrong(missing))?;
    match format {
        1 | 2 => Ok(format),
        other => {
            Err(entry
                .wrong(format!("format {other} is of a later release; this reads up to format 2")))
        }
    }
}

fn event(
    head: &Entry<'_>,
    entries: &mut Entries<'_>,
    has_tags: bool,
) -> Result<ReleasedEvent, InvalidLock> {
    let tags = has_tags.then(Tags::default);
    let mut event = ReleasedEvent { tags, ..ReleasedEvent::default() };
    while let Some(entry) = next_within(head, entries)? {
        match entry.text.split([' ', ':']).next() {
            Some("alias") => {
                let alias = entry.read(|line| {
                    line.expect("alias ")?;
                    line.name()
                })?;
                event.aliases.insert(alias);
            }
            Some("superseded") => {
                entry.read(|line| line.expect("superseded"))?;
                event.is_superseded = true;
            }
            Some("home" | "tag") => {
                let Some(tags) = &mut event.tags else {
                    return Err(
                        entry.wrong("a lock of format 1 has no tags: write `format 2` above")
                    );
                };
                entry.read(|line| tags::read(line, tags))?;
            }
            Some("version") => version(&entry, entries, &mut event)?,
            _ => {
                return Err(entry.wrong(format!(
                    "`{}` is nothing that an event has: `alias …`, `home …`, `tag …`, `superseded` or `version …`",
                    entry.text
                )));
            }
        }
    }
    if event.versions.is_empty() {
        return Err(head.wrong("the event has no version: a lock holds what was released"));
    }
    Ok(event)
}

/// The next line if it is set in by one step more than `head`.
fn next_within<'a>(
    head: &Entry<'_>,
    entries: &mut Entries<'a>,
) -> Result<Option<Entry<'a>>, InvalidLock> {
    match entries.next_if(|next| next.depth > head.depth) {
        Some(entry) if entry.depth == head.depth + 1 => Ok(Some(entry)),
        Some(entry) => Err(entry.wrong("the line is set in too far: it belongs to nothing above")),
        None => Ok(None),
    }
}

fn version(
    head: &Entry<'_>,
    entries: &mut Entries<'_>,
    event: &mut ReleasedEvent,
) -> Result<(), InvalidLock> {
    let (number, form, own) = head.read(|line| {
        line.expect("version ")?;
        let number = line.number()?;
        line.expect(":")?;
        if line.takes("as ") {
            return Ok((number, line.form()?, None));
        }
        let definition = Definition { kind: line.kind()?, attributes: line.attributes()? };
        Ok((number, Form::Named("Self".to_owned()), Some(definition)))
    })?;
    let mut schema = Schema { form, definitions: [].into() };
    let mut own = own;
    while let Some(entry) = next_within(head, entries)? {
        if entry.text.starts_with("type ") {
            inner_type(&entry, entries, &mut schema)?;
        } else {
            match &mut own {
                Some(own) => part(&entry, entries, &mut own.kind)?,
                None => {
                    return Err(
                        entry.wrong("only `type …` stands under a version that is `as` a form")
                    );
                }
            }
        }
    }
    schema.definitions.extend(own.map(|own| ("Self".to_owned(), own)));
    every_name_has_a_type(head, &schema)?;
    match event.versions.insert(SchemaVersion(number), schema) {
        None => Ok(()),
        Some(_) => Err(head.wrong(format!(
            "version {number} is there already: a version is released once, give one of them the next number"
        ))),
    }
}

fn inner_type(
    head: &Entry<'_>,
    entries: &mut Entries<'_>,
    schema: &mut Schema,
) -> Result<(), InvalidLock> {
    let (name, mut definition) = head.read(|line| {
        line.expect("type ")?;
        let name = line.type_name()?;
        line.expect(":")?;
        Ok((name, Definition { kind: line.kind()?, attributes: line.attributes()? }))
    })?;
    while let Some(entry) = next_within(head, entries)? {
        part(&entry, entries, &mut definition.kind)?;
    }
    match schema.definitions.insert(name, definition) {
        None => Ok(()),
        Some(_) => Err(head.wrong("a type of that name is there already")),
    }
}

/// A field or a variant.
fn part(entry: &Entry<'_>, entries: &mut Entries<'_>, of: &mut Kind) -> Result<(), InvalidLock> {
    match of {
        Kind::Struct(fields) => {
            let field = entry.read(field)?;
            if fields.iter().any(|known| known.name == field.name) {
                return Err(entry.wrong(format!("the field `{}` is there already", field.name)));
            }
            fields.push(field);
            Ok(())
        }
        Kind::Enum(Enum { variants, .. }) => {
            let mut variant = entry.read(|line| {
                let name = line.key()?;
                line.expect(":")?;
                Ok(Variant { name, kind: line.kind()?, attributes: line.attributes()? })
            })?;
            while let Some(inner) = next_within(entry, entries)? {
                part(&inner, entries, &mut variant.kind)?;
            }
            variants.push(variant);
            Ok(())
        }
        Kind::Unit | Kind::Newtype(_) | Kind::Tuple(_) => {
            Err(entry.wrong("what the line above says has no parts of its own"))
        }
    }
}

fn every_name_has_a_type(head: &Entry<'_>, schema: &Schema) -> Result<(), InvalidLock> {
    match named(schema).into_iter().find(|name| !schema.definitions.contains_key(*name)) {
        None => Ok(()),
        Some(name) => Err(head.wrong(format!(
            "`{name}` is named in this version, and no line `type {name}: …` says what it is"
        ))),
    }
}
