//! What outlives the call that made it borrows nothing.

use syn::Generics;

use crate::diagnostics::Errors;

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
