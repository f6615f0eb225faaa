//! Paths as people write and read them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;

/// The tokens without the spaces that printing puts between them.
pub(crate) fn text(tokens: &(impl ToTokens + ?Sized)) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

/// Whether `word` says where a path begins rather than what it leads to.
pub(crate) fn is_keyword(word: &Ident) -> bool {
    ["crate", "self", "super", "Self"].iter().any(|keyword| word == keyword)
}

/// The first `word` among the tokens, at whatever depth.
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
