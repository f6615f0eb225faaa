//! The serde attributes that the fields of old versions take over, word by word, except for a name
//! or a type that was different there.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Meta};

use crate::diagnostics::Errors;

/// One word within `#[serde(…)]`, with its value.
pub(crate) struct Carried {
    key: Option<Ident>,
    tokens: TokenStream,
}

impl Carried {
    /// All words in the serde attributes among `attrs`.
    pub(crate) fn all(attrs: &[Attribute]) -> Vec<Self> {
        attrs.iter().flat_map(Self::of_attribute).collect()
    }

    fn of_attribute(attr: &Attribute) -> Vec<Self> {
        let mut all = Vec::new();
        let Meta::List(list) = &attr.meta else {
            return all;
        };
        if !attr.path().is_ident("serde") {
            return all;
        }
        let mut tokens = TokenStream::new();
        for token in list.tokens.clone() {
            if matches!(&token, TokenTree::Punct(comma) if comma.as_char() == ',') {
                all.extend(Self::of_tokens(std::mem::take(&mut tokens)));
            } else {
                tokens.extend([token]);
            }
        }
        all.extend(Self::of_tokens(tokens));
        all
    }

    fn of_tokens(tokens: TokenStream) -> Option<Self> {
        let key = match tokens.clone().into_iter().next()? {
            TokenTree::Ident(key) => Some(key),
            TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
        };
        Some(Self { key, tokens })
    }

    pub(super) fn is_one_of(&self, keys: &[&str]) -> bool {
        self.key.as_ref().is_some_and(|key| keys.iter().any(|known| key == known))
    }

    /// The words on the struct that its old versions have too, without the path to serde: they have
    /// their own.
    pub(crate) fn of_struct(attrs: &[Attribute]) -> Vec<Self> {
        let mut all = Self::all(attrs);
        all.retain(|carried| !carried.is_one_of(&["crate"]));
        all
    }

    /// True if the struct is read field by field, so that its old versions can be; reports an error
    /// if not.
    pub(crate) fn are_readable_by_field(all: &[Self], errors: &mut Errors) -> bool {
        let mut is_readable = true;
        for carried in all {
            let Some(key) = &carried.key else { continue };
            if carried.is_one_of(&["from", "try_from", "remote", "transparent"]) {
                errors.at(
                    key,
                    format_args!(
                        "`{key}` reads the struct as another one, of which a history of fields \
                         says nothing; keep the old struct and name it with `previous`"
                    ),
                );
                is_readable = false;
            } else if carried.is_one_of(&["default"]) {
                errors.at(
                    key,
                    "old versions of the struct have no default; \
                     write `#[serde(default)]` on the fields that may be missing",
                );
                is_readable = false;
            }
        }
        is_readable
    }

    /// True if the word concerns the key of a field, which differs before the field was renamed.
    pub(crate) fn is_of_the_key(&self) -> bool {
        self.is_one_of(&["rename", "alias"])
    }
}

impl ToTokens for Carried {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.tokens.to_tokens(tokens);
    }
}
