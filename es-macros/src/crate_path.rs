//! The path by which an expansion finds es-core.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;
use syn::parse::{Parse, ParseStream};

use crate::dependency::Dependency;
use crate::diagnostics::{Errors, Slot};
use crate::manifest;
use crate::paths;

/// A path as it is written after `crate =`: without generic arguments.
pub(crate) struct ModPath(Path);

impl Parse for ModPath {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Path::parse_mod_style).map(Self)
    }
}

/// The beginning of every path to es-core in an expansion.
#[derive(Clone, Copy)]
pub(crate) enum CratePath<'a> {
    /// The path after `crate =`.
    Given(&'a Path),
    /// The name of the dependency.
    Named(&'static str),
}

impl<'a> CratePath<'a> {
    /// The path that was given, if it means the same in every module. Without one it is the name that
    /// es-core has in the manifest of the package; in a package that has none, nothing that is
    /// generated could be found.
    pub(crate) fn new(given: &'a Slot<ModPath>, errors: &mut Errors) -> Self {
        if let Some(ModPath(path)) = given.value() {
            return Self::given(path, errors);
        }
        match manifest::es_core() {
            Dependency::Named(name) => Self::Named(name),
            Dependency::Missing => {
                errors.lost(
                    "es-core is not among the dependencies in `Cargo.toml`; write \
                     `cargo add es-core`, or in the annotation `crate = ::framework::es_core` \
                     with the path under which another crate hands it on",
                );
                Self::OWN
            }
            Dependency::Unknown => Self::OWN,
        }
    }

    const OWN: Self = Self::Named("es_core");

    fn given(path: &'a Path, errors: &mut Errors) -> Self {
        if leads_nowhere(path) {
            errors.at(
                path,
                format_args!(
                    "`{}` does not mean es-core in every module; \
                     write `::es_core` for a dependency, `crate::es_core` for a module of this crate",
                    paths::text(path)
                ),
            );
            return Self::OWN;
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
        Self::Given(path)
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
        match self {
            Self::Given(path) => path.to_tokens(tokens),
            Self::Named(name) => {
                let name = Ident::new(name, Span::call_site());
                tokens.extend(quote!(::#name));
            }
        }
    }
}
