//! The catalog as a page to read.

use std::fmt::{self, Write};

use es_core::shape::{Definition, Field, Form, Kind, Schema, Tagging};
use es_core::{EventHistory, Lifecycle, SchemaVersion};

use super::chapter::{Asked, Chapter};
use super::files::schema_path;
use super::mermaid::mermaid;

/// The event model, then each aggregate with its commands, and each event with the fields that are
/// stored.
#[must_use]
pub fn markdown(title: &str, chapters: &[Chapter]) -> String {
    let mut page = String::new();
    let written = write(&mut page, title, chapters);
    debug_assert!(written.is_ok(), "a string takes every text");
    page
}

fn write(text: &mut String, title: &str, chapters: &[Chapter]) -> fmt::Result {
    writeln!(text, "# Events of {title}\n")?;
    writeln!(text, "Written by a test from the types; see also [asyncapi.json](asyncapi.json).\n")?;
    writeln!(text, "```mermaid\n{}```", mermaid(chapters))?;
    for chapter in chapters {
        let kind = if chapter.is_aggregate { "Aggregate" } else { "Events" };
        writeln!(text, "\n## {kind} `{}`", chapter.name)?;
        questions(text, chapter)?;
        for event in &chapter.events {
            an_event(text, chapter, event)?;
        }
    }
    Ok(())
}

fn questions(text: &mut String, chapter: &Chapter) -> fmt::Result {
    if chapter.asked.is_empty() {
        return Ok(());
    }
    let (first, second) =
        if chapter.is_aggregate { ("Command", "Asked of") } else { ("Decision", "Rests on") };
    writeln!(text, "\n| {first} | {second} | Causes |\n|---|---|---|")?;
    for asked in &chapter.asked {
        let events = coded(&asked.events);
        writeln!(text, "| `{}` | {} | {events} |", asked.name, ground(asked))?;
    }
    Ok(())
}

fn ground(asked: &Asked) -> String {
    match asked.lifecycle {
        Some(Lifecycle::Creates) => "what is not there yet".to_owned(),
        Some(Lifecycle::Needs) => "what is there".to_owned(),
        Some(_) => "either".to_owned(),
        None => coded(&asked.models.iter().map(|model| model.name).collect::<Vec<_>>()),
    }
}

fn coded(names: &[&str]) -> String {
    let coded: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    coded.join(", ")
}

fn an_event(text: &mut String, chapter: &Chapter, event: &EventHistory) -> fmt::Result {
    writeln!(text, "\n### `{}`\n", event.name)?;
    if event.is_superseded {
        writeln!(text, "Superseded: it is read, and not written any more.\n")?;
    }
    if !event.aliases.is_empty() {
        writeln!(text, "Stored before as {}.\n", coded(event.aliases))?;
    }
    if !event.tags.is_empty() {
        write!(text, "Found under the tags {}", coded(event.tags))?;
        match event.home {
            Some(home) => writeln!(text, "; its home is `{home}`.\n")?,
            None => writeln!(text, ".\n")?,
        }
    }
    let causes = |asked: &&Asked| asked.events.contains(&event.name);
    let causes: Vec<&str> = chapter.asked.iter().filter(causes).map(|asked| asked.name).collect();
    if !causes.is_empty() {
        writeln!(text, "Caused by {}.\n", coded(&causes))?;
    }
    let Some(((version, schema), older)) = event.versions.split_last() else { return Ok(()) };
    writeln!(text, "Version {version} ([schema]({})):\n", schema_path(event.name, *version))?;
    stored(text, schema)?;
    if !older.is_empty() {
        let link = |(version, _): &(SchemaVersion, Schema)| {
            format!("[{version}]({})", schema_path(event.name, *version))
        };
        let links: Vec<String> = older.iter().map(link).collect();
        writeln!(text, "\nOlder versions that are read: {}.", links.join(", "))?;
    }
    Ok(())
}

fn stored(text: &mut String, schema: &Schema) -> fmt::Result {
    let root = match &schema.form {
        Form::Named(name) => schema.definitions.get(name).map(|definition| (name, definition)),
        _ => None,
    };
    let Some((root, definition)) = root else {
        return writeln!(text, "{}", form(&schema.form));
    };
    a_type(text, definition)?;
    for (name, definition) in schema.definitions.iter().filter(|(name, _)| *name != root) {
        writeln!(text, "\n`{}`:\n", short(name))?;
        a_type(text, definition)?;
    }
    Ok(())
}

fn a_type(text: &mut String, definition: &Definition) -> fmt::Result {
    match &definition.kind {
        Kind::Unit => writeln!(text, "Nothing but that it happened."),
        Kind::Struct(fields) if fields.is_empty() => {
            writeln!(text, "Nothing but that it happened.")
        }
        Kind::Struct(fields) => {
            writeln!(text, "| Field | Stored as | Required |\n|---|---|---|")?;
            for field in fields {
                let required = if field.required { "yes" } else { "no" };
                writeln!(text, "| `{}` | {} | {required} |", field.name, form(&field.form))?;
            }
            Ok(())
        }
        Kind::Enum(of) => {
            writeln!(text, "One of, {}:\n", tagging(&of.tagging))?;
            for variant in &of.variants {
                match content(&variant.kind) {
                    content if content.is_empty() => writeln!(text, "- `{}`", variant.name)?,
                    content => writeln!(text, "- `{}`: {content}", variant.name)?,
                }
            }
            Ok(())
        }
        kind => writeln!(text, "{}", content(kind)),
    }
}

fn tagging(tagging: &Tagging) -> String {
    match tagging {
        Tagging::External => "by name".to_owned(),
        Tagging::Internal(tag) => format!("by the field `{tag}`"),
        Tagging::Adjacent { tag, content } => {
            format!("by `{tag}`, with its content in `{content}`")
        }
        Tagging::Untagged => "the first that fits".to_owned(),
    }
}

fn content(kind: &Kind) -> String {
    let field = |field: &Field| format!("`{}` {}", field.name, form(&field.form));
    match kind {
        Kind::Unit => String::new(),
        Kind::Newtype(inner) => form(inner),
        Kind::Tuple(forms) => form(&Form::Tuple(forms.clone())),
        Kind::Struct(fields) => fields.iter().map(field).collect::<Vec<_>>().join(", "),
        Kind::Enum(_) => "an enum".to_owned(),
    }
}

/// A form in words.
fn form(of: &Form) -> String {
    match of {
        Form::Unit => "null".to_owned(),
        Form::Bool => "true or false".to_owned(),
        Form::Integer(type_name) | Form::Float(type_name) => format!("number ({type_name})"),
        Form::Text("String" | "str") => "text".to_owned(),
        Form::Text(kind) => format!("text ({kind})"),
        Form::Option(some) => format!("{} or null", form(some)),
        Form::List(element) => format!("list of {}", form(element)),
        Form::Array(element, length) => format!("{length} × {}", form(element)),
        Form::Set(element) => format!("set of {}", form(element)),
        Form::Map(key, value) => format!("map from {} to {}", form(key), form(value)),
        Form::Tuple(forms) => {
            let forms: Vec<String> = forms.iter().map(form).collect();
            format!("[{}]", forms.join(", "))
        }
        Form::Named(name) => format!("`{}`", short(name)),
        Form::Opaque(type_name) => format!("`{type_name}`, whose form is not known"),
    }
}

fn short(name: &str) -> &str {
    let plain = name.split('<').next().unwrap_or(name);
    plain.rsplit("::").next().unwrap_or(plain)
}
