//! Former names of an event that can be stored.

use syn::LitStr;

use crate::diagnostics::Errors;
use crate::name;

/// The aliases of `given` that can be stored and differ from `name` and each other; the others are
/// reported.
pub(crate) fn sound(given: &[LitStr], name: &str, errors: &mut Errors) -> Vec<String> {
    let mut aliases: Vec<String> = Vec::new();
    for literal in given {
        let Some(alias) = name::EVENT.check(literal, errors) else {
            continue;
        };
        if alias == name {
            errors.at(
                literal,
                format_args!("`{alias}` is the event's `name`; an alias is a name from before"),
            );
        } else if aliases.contains(&alias) {
            errors.at(literal, format_args!("`{alias}` is given twice; keep one of them"));
        } else {
            aliases.push(alias);
        }
    }
    aliases
}
