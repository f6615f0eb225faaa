//! A removed field: `removed(note: String, in = 3)`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, Type, parenthesized};

use super::change::{self, Change, Since};
use crate::attr::{self, Elsewhere, Vocabulary};
use crate::diagnostics::{Errors, Slot};

const EXAMPLE: &str = "removed(note: String, in = 2)";

/// The keys behind a removed field: its own history may stand there, as on a field.
const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "removed",
    module: "removed",
    keys: &["in", "added", "renamed", "changed"],
    elsewhere: Elsewhere::NOWHERE,
};

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

impl Removed {
    /// Reads the list behind `key`. `None` if something is missing, which is reported.
    pub(crate) fn read(
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<Self>> {
        change::needs_list(key, input, EXAMPLE)?;
        let list;
        parenthesized!(list in input);
        let field = field(key, &list);
        if field.is_err() {
            // What is left unread would be told a second time.
            list.parse::<TokenStream>()?;
        }
        let (name, ty) = field?;
        let mut since = Slot::default();
        let (mut changes, mut is_whole) = (Vec::new(), true);
        let written = attr::read_rest(key, &list, &VOCABULARY, errors, |key, input, errors| {
            if key == "in" {
                since.set(key, Since::read(key, input)?, errors);
                return Ok(());
            }
            let change = Change::read(key, input, errors);
            is_whole &= matches!(change, Ok(Some(_)));
            changes.extend(change?);
            Ok(())
        })?;
        change::since_is_there(key, &written, EXAMPLE, errors);
        let since = since.take().filter(|_| is_whole && written.is_known());
        Ok(since.map(|since| Self { key: key.clone(), name, ty, since, changes }))
    }
}

/// Reads `note: String` and the comma behind it.
fn field(key: &Ident, list: ParseStream<'_>) -> syn::Result<(Ident, Type)> {
    let needs = |_| {
        syn::Error::new_spanned(
            key,
            format_args!("`{key}` names the field with its type; write `{EXAMPLE}`"),
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
