//! The annotations on the struct of a command and on its fields.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Field, Fields, Type, TypeReference};

use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};

const KEYS: &[&str] = &["aggregate", "creates", "needs", "any", "crate"];
const FIELD_KEYS: &[&str] = &["id"];

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "command",
    module: "command",
    keys: KEYS,
    elsewhere: Elsewhere::on_a_field(FIELD_KEYS),
};

pub(crate) const FIELD_VOCABULARY: Vocabulary = Vocabulary {
    attribute: "command",
    module: "command_field",
    keys: FIELD_KEYS,
    elsewhere: Elsewhere::on_the_struct(KEYS),
};

#[derive(Default)]
pub(crate) struct Spec<'a> {
    pub(crate) aggregate: Slot<Type>,
    /// The words for what the command requires of the stream, as often as they were written.
    pub(crate) lifecycle: Vec<Ident>,
    pub(crate) krate: Slot<ModPath>,
    /// The fields marked as the id, each with its place in the struct.
    pub(crate) ids: Vec<(u32, &'a Field)>,
    pub(crate) written: ParsedKeys,
    /// The findings on the fields: an unknown key on a field was perhaps meant to make it the id.
    pub(crate) written_on_fields: ParsedKeys,
}

pub(crate) fn spec<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Spec<'a> {
    let mut spec = Spec::default();
    spec.written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "aggregate" => {
                let aggregate = attr::type_value(key, input, "aggregate = Account", errors)?;
                spec.aggregate.set(key, itself(aggregate, errors), errors);
            }
            "crate" => {
                let krate = attr::value(key, input, CratePath::EXAMPLE)?;
                spec.krate.set(key, krate, errors);
            }
            _ => {
                attr::no_value(key, input)?;
                spec.lifecycle.push(key.clone());
            }
        }
        Ok(())
    });
    if let Data::Struct(data) = &input.data {
        spec.read_fields(&data.fields, errors);
    }
    spec
}

/// The type behind a reference, which is reported.
fn itself(aggregate: Type, errors: &mut Errors) -> Type {
    match aggregate {
        Type::Reference(TypeReference { and_token, elem, .. }) => {
            errors.at(and_token, "an aggregate is named by its own type; write it without `&`");
            *elem
        }
        aggregate => aggregate,
    }
}

impl<'a> Spec<'a> {
    fn read_fields(&mut self, fields: &'a Fields, errors: &mut Errors) {
        for (nth, field) in (0..).zip(fields) {
            let mut is_id = false;
            let written =
                attr::read_field(&field.attrs, &FIELD_VOCABULARY, errors, |key, input, _| {
                    is_id = true;
                    attr::no_value(key, input)
                });
            if is_id {
                self.ids.push((nth, field));
            }
            self.written_on_fields.and(written);
        }
    }
}
