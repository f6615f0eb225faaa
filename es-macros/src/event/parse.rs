//! What is written on the struct of an event.

use syn::{Data, DeriveInput, LitInt, LitStr};

use crate::attr::{self, Vocabulary, Written};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};

pub(crate) const VOCABULARY: Vocabulary =
    Vocabulary { attribute: "event", keys: &["name", "version", "crate"] };

#[derive(Default)]
pub(crate) struct Spec {
    pub(crate) name: Slot<LitStr>,
    pub(crate) version: Slot<LitInt>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) written: Written,
}

pub(crate) fn spec(input: &DeriveInput, errors: &mut Errors) -> Spec {
    let mut spec = Spec::default();
    spec.written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "name" => {
                let name = attr::value(key, input, "name = \"account-opened\"")?;
                spec.name.set(key, name, errors);
            }
            "version" => {
                let version = attr::value(key, input, "version = 2")?;
                spec.version.set(key, version, errors);
            }
            _ => {
                let krate = attr::value(key, input, CratePath::EXAMPLE)?;
                spec.krate.set(key, krate, errors);
            }
        }
        Ok(())
    });
    no_field_keys(input, errors);
    spec
}

/// The history of fields will be told by keys on the fields; there is none so far, and a key that
/// did nothing would be worse than an error.
fn no_field_keys(input: &DeriveInput, errors: &mut Errors) {
    let Data::Struct(data) = &input.data else {
        return;
    };
    let attrs = data.fields.iter().flat_map(|field| &field.attrs);
    for attr in attrs.filter(|attr| attr.path().is_ident(VOCABULARY.attribute)) {
        errors.at(
            attr.path(),
            "a field of an event has no keys of its own yet; \
             remove this attribute, `event` goes on the struct",
        );
    }
}
