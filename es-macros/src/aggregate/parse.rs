//! What is written on the struct that holds the state.

use proc_macro2::Ident;
use syn::{DeriveInput, LitStr, Type};

use crate::attr::{self, Vocabulary, Written};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};
use crate::event_list::{self, Entry};

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "aggregate",
    keys: &["name", "id", "events", "event", "error", "crate"],
};

#[derive(Default)]
pub(crate) struct Spec {
    pub(crate) name: Slot<LitStr>,
    pub(crate) id: Slot<Type>,
    pub(crate) events: Slot<Vec<Entry>>,
    pub(crate) event: Slot<Type>,
    pub(crate) error: Slot<Type>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) written: Written,
}

pub(crate) fn spec(input: &DeriveInput, errors: &mut Errors) -> Spec {
    let mut spec = Spec::default();
    spec.written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "name" => {
                let name = attr::value(key, input, "name = \"account\"")?;
                spec.name.set(key, name, errors);
            }
            "id" => {
                let id = attr::value(key, input, "id = AccountId")?;
                spec.id.set(key, id, errors);
            }
            "events" => {
                let entries = event_list::entries(key, input, errors)?;
                spec.events.set(key, entries, errors);
            }
            "event" => {
                let event = event_enum(key, input)?;
                spec.event.set(key, event, errors);
            }
            "error" => {
                let error = attr::value(key, input, "error = AccountError")?;
                spec.error.set(key, error, errors);
            }
            _ => {
                let krate = attr::value(key, input, CratePath::EXAMPLE)?;
                spec.krate.set(key, krate, errors);
            }
        }
        Ok(())
    });
    spec
}

/// `event = …` and `events(…)` are one letter apart: parentheses mean the list.
fn event_enum(key: &Ident, input: syn::parse::ParseStream<'_>) -> syn::Result<Type> {
    if input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(
            key,
            "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`",
        ));
    }
    attr::value(key, input, "event = AccountEvent")
}
