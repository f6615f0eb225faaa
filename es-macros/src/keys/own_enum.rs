//! An enum of events in place of a list: `event = AccountEvent`.

use proc_macro2::Ident;
use syn::Type;
use syn::parse::ParseStream;

use super::event_list::Entry;
use super::group::Keys;
use super::table::AggregateKeys;
use super::value::{Key, Row, Value};
use crate::diagnostics::{Errors, Slot};

#[derive(Default)]
pub(crate) struct OwnEnum {
    pub(crate) ty: Slot<Type>,
    /// The events that are listed in place of the enum: reported as a mistake, then read as the list
    /// that they are.
    pub(crate) misplaced: Vec<Entry>,
}

impl Row for OwnEnum {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if !input.peek(syn::token::Paren) {
            return self.ty.read(key, input, errors);
        }
        // `event = …` and `events(…)` are one letter apart.
        errors.at(
            key,
            "`event` names one enum; write `events(…)` for a list, or `event = AccountEvent`",
        );
        let meant = "events";
        let examples = AggregateKeys::VOCABULARY.examples_of(meant);
        let key = Key { word: Ident::new(meant, key.word.span()), examples };
        self.misplaced = Value::read(&key, input, errors)?;
        Ok(())
    }
}
