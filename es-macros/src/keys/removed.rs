//! A removed field: `removed(note: String, in = 3)`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, Type, parenthesized};

use super::change::{Change, Since, since_is_there};
use super::read::read_rest;
use super::table::RemovedKeys;
use super::value::{Key, Value};
use crate::diagnostics::Errors;

pub(crate) struct Removed {
    /// The key `removed`, with its span.
    pub(crate) key: Ident,
    /// The last name of the field.
    pub(crate) name: Ident,
    /// The last type of the field.
    pub(crate) ty: Type,
    pub(crate) since: Since,
    pub(crate) changes: Vec<Change>,
}

/// A removed field from the list behind `key`; `None` if something is missing, which is reported.
impl Value for Option<Removed> {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        key.needs_list(input)?;
        let list;
        parenthesized!(list in input);
        let field = field(key, &list);
        if field.is_err() {
            // What is left unread would be told a second time.
            list.parse::<TokenStream>()?;
        }
        let (name, ty) = field?;
        let RemovedKeys { since, changes, written } = read_rest(key, &list, errors)?;
        since_is_there(key, &written, errors);
        let is_whole = !changes.is_unclear && written.is_known();
        let since = since.take().filter(|_| is_whole);
        Ok(since.map(|since| Removed {
            key: key.word.clone(),
            name,
            ty,
            since,
            changes: changes.all,
        }))
    }
}

/// Reads `note: String` and the comma behind it.
fn field(key: &Key, list: ParseStream<'_>) -> syn::Result<(Ident, Type)> {
    let needs = |_| {
        syn::Error::new_spanned(
            key,
            format_args!("`{key}` names the field with its type; write {}", key.examples()),
        )
    };
    let name = list.call(Ident::parse_any).map_err(needs)?;
    list.parse::<Token![:]>().map_err(needs)?;
    let ty = list.parse().map_err(needs)?;
    if !list.is_empty() {
        list.parse::<Token![,]>().map_err(needs)?;
    }
    Ok((name, ty))
}
