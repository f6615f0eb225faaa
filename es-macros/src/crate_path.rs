//! The path by which an expansion finds es-core.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;
use syn::parse::{Parse, ParseStream};

use crate::diagnostics::{Errors, Slot};
use crate::paths;

/// A path as it is written after `crate =`: without generic arguments.
pub(crate) struct ModPath(Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Path::parse_mod_style).map(Self)
    }
}

/// The beginning of every path to es-core in an expansion.
#[derive(Clone, Copy, Default)]
pub(crate) struct CratePath<'a>(Option<&'a Path>);

impl<'a> CratePath<'a> {
    /// An example of the key with its value.
    pub(crate) const EXAMPLE: &'static str = "crate = ::es_core";

    /// The path that was given, if it means the same in every module.
    pub(crate) fn new(given: &'a Slot<ModPath>, errors: &mut Errors) -> Self {
        let Some(ModPath(path)) = given.value() else {
            return Self(None);
        };
        if leads_nowhere(path) {
            errors.at(
                path,
                format_args!(
                    "`{}` does not mean es-core in every module; \
                     write `::es_core` for a dependency, `crate::es_core` for a module of this crate",
                    paths::text(path)
                ),
            );
            return Self(None);
        }
        let anchored = path.leading_colon.is_some()
            || path.segments.first().is_some_and(|first| {
                // `$crate` is what a macro by example hands on.
                first.ident == "crate" || first.ident == "$crate"
            });
        if !anchored {
            let text = paths::text(path);
            errors.at(
                path,
                format_args!(
                    "`{text}` would mean something else in every module; \
                     write `::{text}` for a dependency, `crate::{text}` for a module of this crate"
                ),
            );
        }
        Self(Some(path))
    }
}

/// True if `path` contains a keyword other than `crate` at its beginning.
fn leads_nowhere(path: &Path) -> bool {
    let begins_here = path.leading_colon.is_none();
    path.segments.iter().enumerate().any(|(nth, segment)| {
        paths::is_keyword(&segment.ident) && !(nth == 0 && begins_here && segment.ident == "crate")
    })
}

impl ToTokens for CratePath<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::es_core)),
        }
    }
}
