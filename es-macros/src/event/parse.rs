//! The annotations on the struct of an event and on its fields.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Field, Fields, LitInt, LitStr, Type};

use super::aliases;
use super::change::{self, Change};
use super::removed::Removed;
use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};
use crate::tags::{self, TagSpec};

const KEYS: &[&str] = &["name", "version", "previous", "aliases", "removed", "unchecked", "crate"];
const FIELD_KEYS: &[&str] = &["tag", "tags", "home", "added", "renamed", "changed"];

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "event",
    module: "event",
    keys: KEYS,
    elsewhere: Elsewhere::on_a_field(FIELD_KEYS),
};

pub(crate) const FIELD_VOCABULARY: Vocabulary = Vocabulary {
    attribute: "event",
    module: "event_field",
    keys: FIELD_KEYS,
    elsewhere: Elsewhere::on_the_struct(KEYS),
};

#[derive(Default)]
pub(crate) struct Spec<'a> {
    pub(crate) name: Slot<LitStr>,
    pub(crate) version: Slot<LitInt>,
    pub(crate) previous: Slot<Type>,
    pub(crate) aliases: Slot<Vec<LitStr>>,
    pub(crate) removed: Vec<Removed>,
    pub(crate) unchecked: Slot<()>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) fields: Vec<FieldSpec<'a>>,
    /// True if the history of the fields could not be read, which has been reported.
    pub(crate) is_past_unclear: bool,
    pub(crate) written: ParsedKeys,
    pub(crate) written_on_fields: ParsedKeys,
}

/// A field and what is written on it.
pub(crate) struct FieldSpec<'a> {
    /// Its place in the struct, from 0.
    pub(crate) nth: u32,
    pub(crate) field: &'a Field,
    pub(crate) tag: TagSpec,
    /// The word `home` on the field: its tag names the stream.
    pub(crate) home: Option<Ident>,
    pub(crate) changes: Vec<Change>,
}

pub(crate) fn spec<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Spec<'a> {
    let mut spec = Spec::default();
    let written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "name" => {
                let name = attr::value(key, input, "name = \"account-opened\"")?;
                spec.name.set(key, name, errors);
            }
            "version" => {
                let version = attr::value(key, input, "version = 2")?;
                spec.version.set(key, version, errors);
            }
            "previous" => {
                let previous = attr::type_value(key, input, "previous = OpenedV1", errors)?;
                spec.previous.set(key, previous, errors);
            }
            "aliases" => {
                let aliases = aliases::read(key, input, errors)?;
                spec.aliases.set(key, aliases, errors);
            }
            "removed" => {
                let removed = Removed::read(key, input, errors);
                spec.is_past_unclear |= !matches!(removed, Ok(Some(_)));
                spec.removed.extend(removed?);
            }
            "unchecked" => {
                attr::no_value(key, input)?;
                spec.unchecked.set(key, (), errors);
            }
            _ => {
                let krate = attr::value(key, input, CratePath::EXAMPLE)?;
                spec.krate.set(key, krate, errors);
            }
        }
        Ok(())
    });
    spec.written = written;
    if let Data::Struct(data) = &input.data {
        spec.read_fields(&data.fields, errors);
    }
    spec
}

impl<'a> Spec<'a> {
    fn read_fields(&mut self, fields: &'a Fields, errors: &mut Errors) {
        for (nth, field) in (0..).zip(fields) {
            let (mut tag, mut changes) = (TagSpec::default(), Vec::new());
            let mut home = Slot::default();
            let is_past_unclear = &mut self.is_past_unclear;
            let (attrs, vocabulary) = (&field.attrs, &FIELD_VOCABULARY);
            let written = attr::read_field(attrs, vocabulary, errors, |key, input, errors| {
                if change::KEYS.iter().any(|change| key == change) {
                    let change = Change::read(key, input, errors);
                    *is_past_unclear |= !matches!(change, Ok(Some(_)));
                    changes.extend(change?);
                } else if key == "home" {
                    // It is the home also with a value that it does not take.
                    home.set(key, (), errors);
                    attr::no_value(key, input)?;
                } else if key == "tags" {
                    let name = tags::given_to_each(key, input);
                    tag.is_unclear |= name.is_err();
                    tag.each.set(key, name?, errors);
                } else {
                    // It is a tag also with a name that cannot be read.
                    let name = tags::given(key, input);
                    tag.one.set(key, name.as_ref().map_or(None, Clone::clone), errors);
                    name?;
                }
                Ok(())
            });
            tag.is_unclear |= !written.is_known() || home.key().is_some();
            self.written_on_fields.and(written);
            self.fields.push(FieldSpec { nth, field, tag, home: home.key().cloned(), changes });
        }
    }
}
