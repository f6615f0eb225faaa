//! Versions: of the shape of an event, and of the rows of a projection.

use syn::LitInt;

use crate::diagnostics::Errors;

/// The version in `literal`, if it is valid.
pub(crate) fn read(literal: &LitInt, errors: &mut Errors) -> Option<u32> {
    let version = literal.base10_parse().ok();
    let version = version.filter(|version| *version > 0 && literal.suffix().is_empty());
    if version.is_none() {
        errors.at(
            literal,
            format_args!(
                "`{literal}` is not a version; versions are whole numbers from 1 to {}, \
                 write `version = 1` or leave it out",
                u32::MAX
            ),
        );
    }
    version
}
