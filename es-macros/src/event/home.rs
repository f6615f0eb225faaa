//! The tag that names the stream in which a decision stores the event.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Ident as Name;

use super::model::{FieldSpec, Spec};
use crate::diagnostics::Errors;

/// The place of the field that is the home, if the event has one.
///
/// The home is named explicitly where there is a choice. If it were the first tag, reordering the
/// fields would silently move all further events to another stream.
pub(crate) fn home(event: &Name, spec: &Spec<'_>, errors: &mut Errors) -> Option<u32> {
    let mut named: Option<(u32, &Ident)> = None;
    for field in &spec.fields {
        let Some(word) = field.keys.home.key() else { continue };
        if named.is_some() {
            errors.at(word, "an event has one home, and it is named before; keep one of them");
        } else {
            check_home(field, word, errors);
            named = Some((field.nth, word));
        }
    }
    if let Some((nth, _)) = named {
        return Some(nth);
    }
    let mut candidates = spec.fields.iter().filter(|field| field.keys.tag.one.key().is_some());
    let first = candidates.next()?;
    let others = candidates.count();
    // A word that was not understood may be the one that is missing here, and a field with both keys may
    // be no candidate.
    let is_clear = spec.keys.written.is_known() && spec.written_on_fields.is_known();
    let has_both =
        |field: &FieldSpec<'_>| field.keys.tag.one.key().and(field.keys.tag.each.key()).is_some();
    if others > 0 && is_clear && !spec.fields.iter().any(has_both) {
        several(event, first, others + 1, errors);
    }
    Some(first.nth)
}

/// Reports a home that is not one of the event's tags. It is the home nevertheless: what asks for one is
/// no mistake as well.
fn check_home(field: &FieldSpec<'_>, word: &Ident, errors: &mut Errors) {
    if field.keys.tag.each.key().is_some() {
        errors.at(
            word,
            "the home is one stream, and this field may be none or several tags; \
             put `home` on a field with `tag`",
        );
    } else if field.keys.tag.one.key().is_none() {
        errors.at(
            word,
            "the home of an event is one of its tags, and this field is none; \
             write `#[event(tag, home)]`",
        );
    }
}

fn several(event: &Name, first: &FieldSpec<'_>, count: usize, errors: &mut Errors) {
    let place = first.keys.tag.one.key().map(ToTokens::to_token_stream);
    errors.at(
        place,
        format_args!(
            "`{event}` has {count} tags, and none of them is its home, the stream that a decision \
             stores it in; write `tag, home` here, where it was until now, or on another tag"
        ),
    );
}
