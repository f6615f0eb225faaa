//! Permission for an expansion to name its own deprecated item.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Meta};

use crate::paths;

/// The `#[allow(deprecated)]` on the items written for an item that is deprecated, or whose author
/// allows deprecated items. Other items have none: an `allow` is an error where the lint is
/// forbidden.
#[derive(Clone, Copy)]
pub(crate) struct Deprecation {
    is_allowed: bool,
}

impl Deprecation {
    pub(crate) fn of(attrs: &[Attribute]) -> Self {
        Self { is_allowed: attrs.iter().any(allows) }
    }
}

fn allows(attr: &Attribute) -> bool {
    let path = attr.path();
    match &attr.meta {
        Meta::List(list) if path.is_ident("allow") || path.is_ident("expect") => {
            paths::find("deprecated", &list.tokens).is_some()
        }
        _ => path.is_ident("deprecated"),
    }
}

impl ToTokens for Deprecation {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if self.is_allowed {
            tokens.extend(quote!(#[allow(deprecated)]));
        }
    }
}
