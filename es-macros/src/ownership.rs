//! What outlives the call that made it borrows nothing.

use syn::Generics;

use crate::diagnostics::Errors;

/// Tells of every lifetime among `generics`: `what` is kept, sent and stored.
pub(crate) fn check(what: &str, generics: &Generics, errors: &mut Errors) {
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
}
