//! Former names of an event: `aliases("account-created", "opened")`.

use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, parenthesized};

use super::change::needs_list;
use crate::diagnostics::Errors;
use crate::name;

const EXAMPLE: &str = "aliases(\"old-name\")";

/// Reads the texts in parentheses behind `key`.
pub(crate) fn read(
    key: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Vec<LitStr>> {
    needs_list(key, input, EXAMPLE)?;
    let list;
    parenthesized!(list in input);
    let list: TokenStream = list.parse()?;
    let texts = Punctuated::<LitStr, Token![,]>::parse_terminated;
    let Ok(texts) = texts.parse2(list.clone()) else {
        return Err(syn::Error::new_spanned(
            list,
            format_args!("`{key}` are texts, with commas between them; write `{EXAMPLE}`"),
        ));
    };
    if texts.is_empty() {
        errors.at(key, format_args!("`{key}` needs a name; write `{EXAMPLE}`"));
    }
    Ok(texts.into_iter().collect())
}

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
