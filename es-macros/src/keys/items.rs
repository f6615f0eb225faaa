//! A list of types with keys of their own: `steps(TakePayment(timeout = "30s"), ReserveStock)`.

use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{AngleBracketedGenericArguments, Ident, Path, PathArguments, PathSegment, Token, token};

use super::event_list::{Entry, has_its_own_variant};
use super::group::Keys;
use super::list::{self, Noun, end_of_item, is_listed_once, listed};
use super::read::read_list;
use super::table::{RetiredKeys, StartKeys, StepKeys};
use super::value::{Key, Value};
use crate::diagnostics::Errors;
use crate::paths;

/// The listed types, each with its keys `K`.
pub(crate) struct Items<K>(pub(crate) Vec<Item<K>>);

/// A listed type, and the keys in the parentheses behind it.
pub(crate) struct Item<K> {
    pub(crate) entry: Entry,
    pub(crate) keys: K,
}

/// The keys that may stand behind a listed type.
pub(crate) trait ItemKeys: Keys {
    const NOUN: Noun;
    /// True if each type becomes a variant, which may be named with `as`.
    const HAS_VARIANTS: bool;
}

impl ItemKeys for StartKeys {
    const NOUN: Noun = Noun { one: "event", an: "an event", some: "OrderPlaced, OrderImported" };
    const HAS_VARIANTS: bool = true;
}

impl ItemKeys for StepKeys {
    const NOUN: Noun = Noun { one: "step", an: "a step", some: "TakePayment, ReserveStock" };
    const HAS_VARIANTS: bool = false;
}

impl ItemKeys for RetiredKeys {
    const NOUN: Noun = Noun { one: "step", an: "a step", some: "TakeDeposit, Ship" };
    const HAS_VARIANTS: bool = false;
}

impl<K: ItemKeys> Value for Items<K> {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let is_new = |item: &Item<K>, before: &[Item<K>], errors: &mut Errors| {
            let entries = || before.iter().map(|item| &item.entry);
            is_listed_once(&item.entry, entries(), errors)
                && (!K::HAS_VARIANTS || has_its_own_variant(&item.entry, entries(), errors))
        };
        listed(key, input, errors, is_new).map(Self)
    }
}

impl<K: ItemKeys> list::Item for Item<K> {
    const NOUN: Noun = K::NOUN;

    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let mut entry = list::entry(key, input, K::NOUN, path, errors)?;
        if !K::HAS_VARIANTS
            && let Some(renamed) = entry.renamed.take()
        {
            errors.at(
                renamed,
                format_args!(
                    "a step has its own stored name and no variant; write `{}` alone",
                    entry.text()
                ),
            );
        }
        let mut keys = K::default();
        if input.peek(token::Paren) {
            let read = read_list(&key_of(&entry, key), input, errors);
            keys = errors.take(read).unwrap_or_default();
        }
        end_of_item(input, K::NOUN, errors);
        Ok(Self { entry, keys })
    }

    fn with_key(&self, word: &str) -> Option<String> {
        let example = K::VOCABULARY.examples_of(word).into_iter().next()?;
        Some(format!("{}({example})", self.entry.text()))
    }

    fn unquoted(path: Path) -> Self {
        Self { entry: Entry { path, renamed: None }, keys: K::default() }
    }
}

/// The listed type as the key of the list behind it.
fn key_of(entry: &Entry, key: &Key) -> Key {
    let word = entry.last().unwrap_or(&key.word).clone();
    Key { word, examples: key.examples.clone() }
}

/// A path whose parentheses are not its own: `Path::parse` takes them for those of `Fn(…)`.
fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    let leading_colon = input.parse()?;
    let mut segments = Punctuated::new();
    loop {
        let ident = input.call(Ident::parse_any)?;
        let has_arguments =
            input.peek(Token![<]) || input.peek(Token![::]) && input.peek3(Token![<]);
        let arguments = if has_arguments {
            PathArguments::AngleBracketed(input.parse::<AngleBracketedGenericArguments>()?)
        } else {
            PathArguments::None
        };
        segments.push_value(PathSegment { ident, arguments });
        if !input.peek(Token![::]) {
            break;
        }
        segments.push_punct(input.parse()?);
    }
    let path = Path { leading_colon, segments };
    // A keyword in the place of a name, which `Path::parse` does not take either.
    let is_name = |segment: &PathSegment| {
        paths::is_keyword(&segment.ident)
            || syn::parse_str::<Ident>(&segment.ident.to_string()).is_ok()
    };
    if path.segments.iter().all(is_name) {
        return Ok(path);
    }
    Err(input.error("a keyword is no type"))
}
