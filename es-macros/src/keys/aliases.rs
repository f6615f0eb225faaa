//! Former names of an event: `aliases("account-created", "opened")`.

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, parenthesized};

use super::value::{Key, Value};
use crate::diagnostics::Errors;

pub(crate) struct Aliases(pub(crate) Vec<LitStr>);

impl Value for Aliases {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        key.needs_list(input)?;
        let list;
        parenthesized!(list in input);
        let list: TokenStream = list.parse()?;
        let texts = Punctuated::<LitStr, Token![,]>::parse_terminated;
        let Ok(texts) = texts.parse2(list.clone()) else {
            return Err(syn::Error::new_spanned(
                list,
                format_args!(
                    "`{key}` are texts, with commas between them; write {}",
                    key.examples()
                ),
            ));
        };
        if texts.is_empty() {
            errors.at(key, format_args!("`{key}` needs a name; write {}", key.examples()));
        }
        Ok(Self(texts.into_iter().collect()))
    }
}
