//! The key `superseded(Changed, billing::Pinged)`: events that a set reads and nobody writes.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::Generics;

use crate::diagnostics::{Errors, Slot};
use crate::event_set::is_parameter;
use crate::keys::{BareEvents, Entry};
use crate::paths;

/// An event that a set reads as others.
pub(crate) struct Superseded<'a> {
    /// The type of the event, as it was written.
    pub(crate) event: &'a dyn ToTokens,
    /// The word that the compiler underlines.
    pub(crate) blame: Span,
}

/// The entries of the list that are sound: not among the `current` events, and without a variant.
pub(crate) fn of_list<'a>(
    list: &'a Slot<BareEvents>,
    current: &[&dyn ToTokens],
    generics: &Generics,
    errors: &mut Errors,
) -> Vec<Superseded<'a>> {
    let entries = list.value().map_or(&[][..], |BareEvents(entries)| entries);
    let superseded = entries.iter().filter_map(|entry| of_entry(entry, current, generics, errors));
    superseded.collect()
}

fn of_entry<'a>(
    entry: &'a Entry,
    current: &[&dyn ToTokens],
    generics: &Generics,
    errors: &mut Errors,
) -> Option<Superseded<'a>> {
    let text = entry.text();
    if let Some(renamed) = &entry.renamed {
        errors.at(
            renamed,
            format_args!("a superseded event has no variant of its own; write `{text}` alone"),
        );
    }
    if current.iter().any(|event| paths::text(event) == text) {
        errors.at(
            &entry.path,
            format_args!(
                "`{text}` is among the current events as well; an event that is superseded is read \
                 and no longer written, take it off one of the two lists"
            ),
        );
        return None;
    }
    if is_parameter(&entry.path, generics, errors) {
        return None;
    }
    let blame = entry.last().map_or_else(Span::call_site, Ident::span);
    Some(Superseded { event: &entry.path, blame })
}
