//! The serde attributes of an item, as far as the stored form depends on them.
//!
//! Mistakes in them are reported by serde and ignored here.

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, LitStr, Meta};

use super::case::Case;
use super::source::text_of;

/// The keys of all `#[serde(…)]` on one item.
pub(crate) struct Serde {
    keys: Vec<Key>,
}

struct Key {
    name: String,
    /// The tokens after the name, without the `=`.
    value: TokenStream,
    /// The key with its value, as it is written.
    text: String,
}

/// Keys that hand the work to a function.
const FUNCTIONS: [&str; 7] =
    ["with", "serialize_with", "deserialize_with", "from", "try_from", "into", "remote"];

/// Keys on which no stored form depends.
const NOISE: [&str; 5] = ["crate", "bound", "borrow", "expecting", "getter"];

impl Serde {
    pub(crate) fn of(attributes: &[Attribute]) -> Self {
        let serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
        let keys = serde.flat_map(|attribute| match &attribute.meta {
            Meta::List(list) => keys(list.tokens.clone()),
            Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
        });
        Self { keys: keys.collect() }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }

    /// True if the item is written or read by a function.
    pub(crate) fn is_by_function(&self) -> bool {
        FUNCTIONS.iter().any(|name| self.has(name))
    }

    /// The text of `name = "…"`, and of `name(serialize = "…")`.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let key = self.keys.iter().find(|key| key.name == name)?;
        if key.is_list() {
            let of_writing = keys(key.within()).into_iter().find(|key| key.name == "serialize")?;
            return of_writing.as_text();
        }
        key.as_text()
    }

    pub(crate) fn case(&self, name: &str) -> Option<Case> {
        Case::of(&self.text(name)?)
    }

    /// The text of the keys that are not in `told`. A key in `told` is included as well if it has
    /// separate values for writing and reading, or if it is a default with a function: `told` does
    /// not cover these.
    pub(crate) fn others(&self, told: &[&str]) -> Vec<String> {
        let is_told = |key: &&Key| {
            let is_more = key.is_list() || (key.name == "default" && !key.value.is_empty());
            told.contains(&key.name.as_str()) && !is_more
        };
        let others = self.keys.iter().filter(|key| !NOISE.contains(&key.name.as_str()));
        others.filter(|key| !is_told(key)).map(|key| key.text.clone()).collect()
    }
}

impl Key {
    fn new(tokens: Vec<TokenTree>) -> Option<Self> {
        let mut rest = tokens.iter().cloned().peekable();
        let TokenTree::Ident(name) = rest.next()? else {
            return None;
        };
        rest.next_if(|token| matches!(token, TokenTree::Punct(equals) if equals.as_char() == '='));
        Some(Self {
            name: name.to_string(),
            value: rest.collect(),
            text: text_of(tokens.into_iter().collect()),
        })
    }

    fn as_text(&self) -> Option<String> {
        syn::parse2(self.value.clone()).ok().map(|text: LitStr| text.value())
    }

    fn is_list(&self) -> bool {
        matches!(self.value.clone().into_iter().next(), Some(TokenTree::Group(_)))
    }

    fn within(&self) -> TokenStream {
        match self.value.clone().into_iter().next() {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => TokenStream::new(),
        }
    }
}

/// The keys of a list, from comma to comma.
fn keys(list: TokenStream) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut key = Vec::new();
    for token in list {
        if matches!(&token, TokenTree::Punct(comma) if comma.as_char() == ',') {
            keys.extend(Key::new(std::mem::take(&mut key)));
        } else {
            key.push(token);
        }
    }
    keys.extend(Key::new(key));
    keys
}
