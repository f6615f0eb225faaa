//! The annotations on the struct of a decision model and on its fields.

use syn::{Data, DeriveInput, Field, Fields};

use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};
use crate::event_list::{self, Entry};
use crate::tags::{self, TagSpec};

const KEYS: &[&str] = &["events", "superseded", "tolerates", "crate"];
const FIELD_KEYS: &[&str] = &["tag", "tags"];

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "decision_model",
    module: "decision_model",
    keys: KEYS,
    elsewhere: Elsewhere::on_a_field(FIELD_KEYS),
};

pub(crate) const FIELD_VOCABULARY: Vocabulary = Vocabulary {
    attribute: "decision_model",
    module: "decision_model_field",
    keys: FIELD_KEYS,
    elsewhere: Elsewhere::on_the_struct(KEYS),
};

#[derive(Default)]
pub(crate) struct Spec<'a> {
    pub(crate) events: Slot<Vec<Entry>>,
    pub(crate) superseded: Slot<Vec<Entry>>,
    pub(crate) tolerates: Slot<Vec<Entry>>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) tags: Vec<FieldSpec<'a>>,
    pub(crate) written: ParsedKeys,
    pub(crate) written_on_fields: ParsedKeys,
}

/// A field whose values are tags of the events that the model knows of.
pub(crate) struct FieldSpec<'a> {
    /// Its place in the struct, from 0.
    pub(crate) nth: u32,
    pub(crate) field: &'a Field,
    pub(crate) tag: TagSpec,
}

pub(crate) fn spec<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Spec<'a> {
    let mut spec = Spec::default();
    spec.written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "events" => {
                let entries = event_list::entries(key, input, errors)?;
                spec.events.set(key, entries, errors);
            }
            "superseded" => {
                let entries = event_list::without_variants(key, input, errors)?;
                spec.superseded.set(key, entries, errors);
            }
            "tolerates" => {
                let entries = event_list::entries(key, input, errors)?;
                spec.tolerates.set(key, entries, errors);
            }
            _ => {
                let krate = attr::value(key, input, CratePath::EXAMPLE)?;
                spec.krate.set(key, krate, errors);
            }
        }
        Ok(())
    });
    if let Data::Struct(data) = &input.data {
        spec.read_fields(&data.fields, errors);
    }
    spec
}

impl<'a> Spec<'a> {
    fn read_fields(&mut self, fields: &'a Fields, errors: &mut Errors) {
        for (nth, field) in (0..).zip(fields) {
            let mut tag = TagSpec::default();
            let (attrs, vocabulary) = (&field.attrs, &FIELD_VOCABULARY);
            let written = attr::read_field(attrs, vocabulary, errors, |key, input, errors| {
                if key == "tags" {
                    tag.each.set(key, tags::given_to_each(key, input)?, errors);
                } else {
                    tag.one.set(key, tags::given(key, input)?, errors);
                }
                Ok(())
            });
            self.written_on_fields.and(written);
            if tag.is_written() {
                self.tags.push(FieldSpec { nth, field, tag });
            }
        }
    }
}
