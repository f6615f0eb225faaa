//! What outlives the call that made it borrows nothing.

use syn::{Generics, parse_quote};

use crate::diagnostics::Errors;

/// The generics of an implementation for an item that may have lifetimes. Each is told, and then the
/// item has the trait all the same, so that its uses stay quiet.
pub(crate) fn owned(what: &str, generics: &Generics, errors: &mut Errors) -> Generics {
    let mut generics = generics.clone();
    if !is_owned(what, &generics, errors) {
        let stand_in = errors.stand_in();
        generics
            .make_where_clause()
            .predicates
            .push(parse_quote!(#stand_in: ::core::marker::Sized));
    }
    generics
}

/// Whether `generics` have no lifetime. Each that they have is told: `what` is kept, sent and stored.
pub(crate) fn is_owned(what: &str, generics: &Generics, errors: &mut Errors) -> bool {
    for borrowed in generics.lifetimes() {
        let lifetime = &borrowed.lifetime;
        errors.at(
            lifetime,
            format_args!(
                "{what} owns its data and takes no lifetime; \
                 hold a `String`, a `Vec` or another owned type in place of what `{lifetime}` borrows"
            ),
        );
    }
    generics.lifetimes().next().is_none()
}
