//! The tag that names the stream in which a decision stores the event.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Ident as Name;

use super::parse::{FieldSpec, Spec};
use crate::diagnostics::Errors;

/// The place of the field that is the home, if the event has one.
///
/// The home is named explicitly where there is a choice. If it were the first tag, reordering the
/// fields would silently move all further events to another stream.
pub(crate) fn home(event: &Name, spec: &Spec<'_>, errors: &mut Errors) -> Option<u32> {
    let mut named: Option<(u32, &Ident)> = None;
    for field in &spec.fields {
        let Some(word) = &field.home else { continue };
        if named.is_some() {
            errors.at(word, "an event has one home, and it is named before; keep one of them");
        } else if can_be_home(field, word, errors) {
            named = Some((field.nth, word));
        }
    }
    let is_written = spec.fields.iter().any(|field| field.home.is_some());
    let mut candidates = spec.fields.iter().filter(|field| field.tag.one.key().is_some());
    let first = candidates.next()?;
    let others = candidates.count();
    match named {
        Some((nth, _)) => Some(nth),
        // One that stands at the wrong place was told of.
        None if is_written => None,
        None if others == 0 => Some(first.nth),
        None => {
            // A word that was not understood may be the one that is missing here.
            if spec.written.is_known() && spec.written_on_fields.is_known() {
                several(event, first, others + 1, errors);
            }
            Some(first.nth)
        }
    }
}

fn can_be_home(field: &FieldSpec<'_>, word: &Ident, errors: &mut Errors) -> bool {
    if field.tag.each.key().is_some() {
        errors.at(
            word,
            "the home is one stream, and this field may be none or several tags; \
             put `home` on a field with `tag`",
        );
    } else if field.tag.one.key().is_none() {
        errors.at(
            word,
            "the home of an event is one of its tags, and this field is none; \
             write `#[event(tag, home)]`",
        );
    } else {
        return true;
    }
    false
}

fn several(event: &Name, first: &FieldSpec<'_>, count: usize, errors: &mut Errors) {
    let place = first.tag.one.key().map(ToTokens::to_token_stream);
    errors.at(
        place,
        format_args!(
            "`{event}` has {count} tags, and none of them is its home, the stream that a decision \
             stores it in; write `tag, home` here, where it was until now, or on another tag"
        ),
    );
}
