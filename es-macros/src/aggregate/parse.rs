//! The annotation on the struct that holds the state.

use syn::{Data, DeriveInput, Fields, LitStr, Type};

use super::snapshot::Snapshot;
use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};
use crate::event_list::{self, Entry};

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "aggregate",
    module: "aggregate",
    keys: &["name", "id", "events", "superseded", "event", "error", "snapshot", "crate"],
    elsewhere: Elsewhere::NOWHERE,
};

#[derive(Default)]
pub(crate) struct Spec {
    pub(crate) name: Slot<LitStr>,
    pub(crate) id: Slot<Type>,
    pub(crate) events: Slot<Vec<Entry>>,
    pub(crate) superseded: Slot<Vec<Entry>>,
    pub(crate) event: Slot<Type>,
    /// The events listed under the key of the enum: reported as a mistake, then read as the list
    /// that they are.
    pub(crate) misplaced: Vec<Entry>,
    pub(crate) error: Slot<Type>,
    pub(crate) snapshot: Slot<Snapshot>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) written: ParsedKeys,
}

/// The advice for a list under `event`: `event = …` and `events(…)` are one letter apart.
const PARENTHESES: &str =
    "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`";

pub(crate) fn spec(input: &DeriveInput, errors: &mut Errors) -> Spec {
    let mut spec = Spec::default();
    spec.written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "name" => {
                let name = attr::value(key, input, "name = \"account\"")?;
                spec.name.set(key, name, errors);
            }
            "id" => {
                let id = attr::type_value(key, input, "id = AccountId", errors)?;
                spec.id.set(key, id, errors);
            }
            "events" => {
                let entries = event_list::entries(key, input, errors)?;
                spec.events.set(key, entries, errors);
            }
            "superseded" => {
                let entries = event_list::without_variants(key, input, errors)?;
                spec.superseded.set(key, entries, errors);
            }
            "event" => {
                if input.peek(syn::token::Paren) {
                    errors.at(key, PARENTHESES);
                    spec.misplaced = event_list::entries(key, input, errors)?;
                } else {
                    let event = attr::type_value(key, input, "event = AccountEvent", errors)?;
                    spec.event.set(key, event, errors);
                }
            }
            "error" => {
                let error = attr::type_value(key, input, "error = AccountError", errors)?;
                spec.error.set(key, error, errors);
            }
            "snapshot" => {
                let snapshot = Snapshot::read(key, input, errors)?;
                spec.snapshot.set(key, snapshot, errors);
            }
            _ => {
                let krate = attr::value(key, input, CratePath::EXAMPLE)?;
                spec.krate.set(key, krate, errors);
            }
        }
        Ok(())
    });
    if let Data::Struct(data) = &input.data {
        on_fields(&data.fields, errors);
    }
    spec
}

/// Reports keys on fields, where they would do nothing.
fn on_fields(fields: &Fields, errors: &mut Errors) {
    let attrs = fields.iter().flat_map(|field| &field.attrs);
    for attr in attrs.filter(|attr| attr.path().is_ident(VOCABULARY.attribute)) {
        errors.at(
            attr.path(),
            "`aggregate` goes on the struct; a field takes `#[shape(opaque)]` and nothing else",
        );
    }
}
