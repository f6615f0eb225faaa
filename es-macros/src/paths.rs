//! Paths in the form in which people write and read them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

/// The tokens without the spaces that printing puts between them.
pub(crate) fn text(tokens: &(impl ToTokens + ?Sized)) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

/// True if `word` is a keyword of paths: it gives the beginning of a path rather than its target.
pub(crate) fn is_keyword(word: &Ident) -> bool {
    ["crate", "self", "super", "Self"].iter().any(|keyword| word == keyword)
}

/// The first `word` among the tokens, at any depth.
pub(crate) fn find(word: &str, tokens: impl ToTokens) -> Option<Ident> {
    find_in(word, tokens.into_token_stream())
}

fn find_in(word: &str, tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => (ident == word).then_some(ident),
        TokenTree::Group(group) => find_in(word, group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    })
}
