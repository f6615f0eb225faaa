//! The rule that items which outlive the call that made them own their data.

use syn::{Generics, parse_quote};

use crate::diagnostics::Errors;

/// The generics of an implementation for an item that may have lifetimes. Each lifetime is
/// reported, and the item has the trait nevertheless, so that its uses cause no further errors.
pub(crate) fn owned(what: &str, generics: &Generics, errors: &mut Errors) -> Generics {
    let mut generics = generics.clone();
    if !is_owned(what, &generics, errors) {
        accept_nevertheless(&mut generics, errors);
    }
    generics
}

/// Adds a bound after which the compiler looks no further whether the item may have the trait.
pub(crate) fn accept_nevertheless(generics: &mut Generics, errors: &Errors) {
    let stand_in = errors.stand_in();
    generics.make_where_clause().predicates.push(parse_quote!(#stand_in: ::core::marker::Sized));
}

/// True if `generics` have no lifetime. Reports each lifetime, since `what` is kept, sent and
/// stored.
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
