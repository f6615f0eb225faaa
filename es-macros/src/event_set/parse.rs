//! The annotation on an enum of events.

use syn::DeriveInput;

use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};
use crate::event_list::{self, Entry};

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "event_set",
    module: "event_set",
    keys: &["superseded", "crate"],
    elsewhere: Elsewhere::NOWHERE,
};

#[derive(Default)]
pub(crate) struct Spec {
    pub(crate) superseded: Slot<Vec<Entry>>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) written: ParsedKeys,
}

pub(crate) fn spec(input: &DeriveInput, errors: &mut Errors) -> Spec {
    let mut spec = Spec::default();
    spec.written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        if key == "superseded" {
            let entries = event_list::without_variants(key, input, errors)?;
            spec.superseded.set(key, entries, errors);
        } else {
            let krate = attr::value(key, input, CratePath::EXAMPLE)?;
            spec.krate.set(key, krate, errors);
        }
        Ok(())
    });
    spec
}
