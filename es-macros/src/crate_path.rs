//! Where the expansion finds es-core.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;
use syn::parse::{Parse, ParseStream};

use crate::diagnostics::{Errors, Slot};

/// A path as it is written after `crate =`: without generic arguments.
pub(crate) struct ModPath(Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Path::parse_mod_style).map(Self)
    }
}

/// What every path of an expansion begins with.
#[derive(Clone, Copy, Default)]
pub(crate) struct CratePath<'a>(Option<&'a Path>);

impl<'a> CratePath<'a> {
    /// How the key is written.
    pub(crate) const EXAMPLE: &'static str = "crate = ::es_core";

    /// The path that was given, if it means the same in every module.
    pub(crate) fn new(given: &'a Slot<ModPath>, errors: &mut Errors) -> Self {
        let Some(ModPath(path)) = given.value() else {
            return Self(None);
        };
        let anchored = path.leading_colon.is_some()
            || path.segments.first().is_some_and(|first| {
                // `$crate` is what a macro by example hands on.
                first.ident == "crate" || first.ident == "$crate"
            });
        if !anchored {
            let text = path.to_token_stream().to_string().replace(' ', "");
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

impl ToTokens for CratePath<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.0 {
            Some(path) => path.to_tokens(tokens),
            None => tokens.extend(quote!(::es_core)),
        }
    }
}
