//! Attributes read key by key, so that one bad key costs that key only.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Meta, parenthesized};

use super::group::{Keys, Vocabulary, instead};
use super::value::{Key, is_alone, swallow};
use crate::completion::Unfinished;
use crate::diagnostics::Errors;
use crate::spelling::did_you_mean;

/// The findings about the keys of an attribute, apart from their values.
#[derive(Default)]
pub(crate) struct ParsedKeys {
    /// The attribute's name, where it stands; `None` if there is no such attribute with keys.
    pub(crate) place: Option<Ident>,
    /// Keys that exist and were tried, whether or not their values could be read.
    tried: Vec<String>,
    /// True if a key was written that does not exist.
    has_unknown: bool,
    /// True if a part of an attribute could not even be split into keys.
    unreadable: bool,
}

impl ParsedKeys {
    /// True if `key` was left out, rather than written wrongly, which has been reported already.
    pub(crate) fn lacks(&self, key: &str) -> bool {
        !self.unreadable && !self.tried.iter().any(|tried| tried == key)
    }

    /// True if the attribute [`lacks`](Self::lacks) `key` and has no unknown key either: an unknown
    /// key may be the one that was meant, and has been reported.
    pub(crate) fn misses(&self, key: &str) -> bool {
        !self.has_unknown && self.lacks(key)
    }

    /// True if every key was one that exists.
    pub(crate) fn is_known(&self) -> bool {
        !self.unreadable && !self.has_unknown
    }

    /// Adds the findings of one more field.
    pub(crate) fn and(&mut self, other: &Self) {
        self.tried.extend_from_slice(&other.tried);
        self.has_unknown |= other.has_unknown;
        self.unreadable |= other.unreadable;
    }
}

/// Reads every attribute with the keys of `K`.
///
/// A misspelt key is reported, then read as the key that was meant: everything that depends on its
/// value would otherwise fail as well.
pub(crate) fn read<K: Keys>(attrs: &[Attribute], errors: &mut Errors) -> K {
    let mut keys = K::default();
    for attr in attrs {
        let Some(place) = attr.path().get_ident() else {
            continue;
        };
        if place != K::VOCABULARY.attribute {
            continue;
        }
        // Without keys it says as little as if it were not there.
        if matches!(attr.meta, Meta::Path(_)) {
            continue;
        }
        keys.written().place.get_or_insert_with(|| place.clone());
        if matches!(&attr.meta, Meta::List(list) if list.tokens.is_empty()) {
            errors.unfinished.push(Unfinished::empty_list(K::VOCABULARY.module()));
        }
        let result = attr.parse_nested_meta(|meta| one(&meta, &mut keys, errors));
        unless_readable(result, &mut keys, errors);
    }
    keys
}

/// Reads the attributes of a field. An attribute without keys is reported: it would do nothing
/// there.
pub(crate) fn read_field<K: Keys>(attrs: &[Attribute], errors: &mut Errors) -> K {
    let mut has_bare = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(K::VOCABULARY.attribute)) {
        let is_bare = match &attr.meta {
            Meta::Path(_) => true,
            Meta::List(list) => list.tokens.is_empty(),
            Meta::NameValue(_) => false,
        };
        if is_bare {
            errors.push(no_key::<K>(attr.path().span()));
        }
        has_bare |= is_bare;
    }
    let mut keys: K = read(attrs, errors);
    keys.written().unreadable |= has_bare;
    keys
}

/// Reads keys like [`read`], from the list in parentheses that is the value of `key`.
pub(crate) fn read_list<K: Keys>(
    key: &Key,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<K> {
    let list;
    parenthesized!(list in input);
    read_rest(key, &list, errors)
}

/// Reads keys like [`read_list`], from the rest of the list.
pub(crate) fn read_rest<K: Keys>(
    key: &Key,
    list: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<K> {
    let mut keys = K::default();
    keys.written().place = Some(key.word.clone());
    if list.is_empty() {
        errors.unfinished.push(Unfinished::empty_list(K::VOCABULARY.module()));
    }
    let list = list.parse()?;
    let result = syn::meta::parser(|meta| one(&meta, &mut keys, errors)).parse2(list);
    unless_readable(result, &mut keys, errors);
    Ok(keys)
}

/// Reads one key with its value and reports everything that is wrong with it.
fn one<K: Keys>(meta: &ParseNestedMeta<'_>, keys: &mut K, errors: &mut Errors) -> syn::Result<()> {
    if let Some(key) = key(&meta.path, keys, errors) {
        let mut result = keys.read(&key, meta.input, errors);
        if result.is_ok() {
            result = end_of_value(meta.input);
            // What stands behind it is not read: it may be the next key.
            keys.written().unreadable |= result.is_err();
        }
        // A value that does not suit a key that was guessed is one of another key.
        if meta.path.is_ident(&key.word) {
            errors.take(result);
        }
    }
    swallow(meta.input)
}

/// Fails if something stands between a value and the next comma.
fn end_of_value(input: ParseStream<'_>) -> syn::Result<()> {
    if is_alone(input) {
        Ok(())
    } else {
        Err(input.error("a comma is missing here; write `,` between two keys"))
    }
}

fn unless_readable<K: Keys>(result: syn::Result<()>, keys: &mut K, errors: &mut Errors) {
    if let Err(error) = result {
        keys.written().unreadable = true;
        errors.push(no_key::<K>(error.span()));
    }
}

/// The key that is meant by `path`. Everything that is wrong with it is reported.
fn key<K: Keys>(path: &syn::Path, keys: &mut K, errors: &mut Errors) -> Option<Key> {
    let written = keys.written();
    let known = K::VOCABULARY.keys();
    let word = path.to_token_stream().to_string().replace(' ', "");
    let there = |place: &&Vocabulary| place.keys().contains(&word.as_str());
    let meant = if known.contains(&word.as_str()) {
        Some(word)
    } else if let Some(elsewhere) = K::ELSEWHERE.iter().find(there) {
        let place = elsewhere.place();
        errors.at(path, format_args!("`{word}` goes on {place}; move it there"));
        written.has_unknown = true;
        None
    } else {
        let near = did_you_mean(&word, &known);
        let told = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => instead::<K>(&word),
        };
        errors.at(path, format_args!("unknown key `{word}`; {told}"));
        let unfinished = |word| Unfinished::key(K::VOCABULARY.module(), word);
        errors.unfinished.extend(path.get_ident().and_then(unfinished));
        written.has_unknown = true;
        near.map(str::to_owned)
    }?;
    let span = path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
    let examples = K::VOCABULARY.examples_of(&meant);
    let word = Ident::new(&meant, span);
    written.tried.push(meant);
    Some(Key { word, examples })
}

/// The error for a place where neither a known nor an unknown key can be made out.
fn no_key<K: Keys>(place: Span) -> syn::Error {
    let told = K::VOCABULARY.told();
    syn::Error::new(place, format_args!("a key is missing here; {told}"))
}
