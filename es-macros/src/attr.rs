//! Attributes read key by key, so that one bad key costs that key only.

use proc_macro2::{Ident, Span, TokenTree};
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, LitStr, Meta, Token, Type, parenthesized};

use crate::completion::Unfinished;
use crate::diagnostics::Errors;
use crate::spelling::did_you_mean;

/// The keys of one attribute, on an item or on its fields.
pub(crate) struct Vocabulary {
    pub(crate) attribute: &'static str,
    /// The module of `__private::keys` in which an editor finds them.
    pub(crate) module: &'static str,
    pub(crate) keys: &'static [&'static str],
    /// The keys of the same attribute in its other place.
    pub(crate) elsewhere: Elsewhere,
}

/// The keys of an attribute in its other place.
pub(crate) struct Elsewhere {
    pub(crate) place: &'static str,
    pub(crate) keys: &'static [&'static str],
}

impl Elsewhere {
    /// The value for an attribute that has one place only.
    pub(crate) const NOWHERE: Self = Self { place: "", keys: &[] };

    pub(crate) const fn on_a_field(keys: &'static [&'static str]) -> Self {
        Self { place: "a field", keys }
    }

    pub(crate) const fn on_the_struct(keys: &'static [&'static str]) -> Self {
        Self { place: "the struct", keys }
    }
}

impl Vocabulary {
    /// The advice in place of `word`, which is not similar to any key.
    fn instead(&self, word: &str) -> String {
        let Elsewhere { place, keys } = self.elsewhere;
        match did_you_mean(word, keys) {
            Some(near) => format!("did you mean `{near}`, which goes on {place}?"),
            None => self.told(),
        }
    }

    /// The known keys, in words for a message.
    fn told(&self) -> String {
        let Self { attribute, keys, .. } = self;
        match keys {
            [only] => format!("the only key here is `{only}`"),
            keys => format!("known keys of `{attribute}` are {}", list(keys, "and")),
        }
    }
}

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
    pub(crate) fn and(&mut self, other: Self) {
        self.tried.extend(other.tried);
        self.has_unknown |= other.has_unknown;
        self.unreadable |= other.unreadable;
    }
}

/// Reads every attribute that `vocabulary` names and hands each known key to `known`.
///
/// A misspelt key is reported, then read as the key that was meant: everything that depends on its
/// value would otherwise fail as well.
pub(crate) fn read(
    attrs: &[Attribute],
    vocabulary: &Vocabulary,
    errors: &mut Errors,
    mut known: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> ParsedKeys {
    let mut written = ParsedKeys::default();
    for attr in attrs {
        let Some(place) = attr.path().get_ident() else {
            continue;
        };
        if place != vocabulary.attribute {
            continue;
        }
        // Without keys it says as little as if it were not there.
        if matches!(attr.meta, Meta::Path(_)) {
            continue;
        }
        written.place.get_or_insert_with(|| place.clone());
        if matches!(&attr.meta, Meta::List(list) if list.tokens.is_empty()) {
            errors.unfinished.push(Unfinished::empty_list(vocabulary.module));
        }
        let result =
            attr.parse_nested_meta(|meta| one(&meta, vocabulary, &mut written, errors, &mut known));
        unless_readable(result, vocabulary, &mut written, errors);
    }
    written
}

/// Reads the attributes of a field. An attribute without keys is reported: it would do nothing
/// there.
pub(crate) fn read_field(
    attrs: &[Attribute],
    vocabulary: &Vocabulary,
    errors: &mut Errors,
    known: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> ParsedKeys {
    let mut has_bare = false;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(vocabulary.attribute)) {
        let is_bare = match &attr.meta {
            Meta::Path(_) => true,
            Meta::List(list) => list.tokens.is_empty(),
            Meta::NameValue(_) => false,
        };
        if is_bare {
            errors.push(no_key(attr.path().span(), vocabulary));
        }
        has_bare |= is_bare;
    }
    let mut written = read(attrs, vocabulary, errors, known);
    written.unreadable |= has_bare;
    written
}

/// Reads keys like [`read`], from the list in parentheses that is the value of `key`.
pub(crate) fn read_list(
    key: &Ident,
    input: ParseStream<'_>,
    vocabulary: &Vocabulary,
    errors: &mut Errors,
    known: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> syn::Result<ParsedKeys> {
    let list;
    parenthesized!(list in input);
    read_rest(key, &list, vocabulary, errors, known)
}

/// Reads keys like [`read_list`], from the rest of the list.
pub(crate) fn read_rest(
    key: &Ident,
    list: ParseStream<'_>,
    vocabulary: &Vocabulary,
    errors: &mut Errors,
    mut known: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> syn::Result<ParsedKeys> {
    let mut written = ParsedKeys { place: Some(key.clone()), ..ParsedKeys::default() };
    if list.is_empty() {
        errors.unfinished.push(Unfinished::empty_list(vocabulary.module));
    }
    let keys = syn::meta::parser(|meta| one(&meta, vocabulary, &mut written, errors, &mut known));
    let result = keys.parse2(list.parse()?);
    unless_readable(result, vocabulary, &mut written, errors);
    Ok(written)
}

/// Reads one key with its value and reports everything that is wrong with it.
fn one(
    meta: &ParseNestedMeta<'_>,
    vocabulary: &Vocabulary,
    written: &mut ParsedKeys,
    errors: &mut Errors,
    known: &mut impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> syn::Result<()> {
    if let Some(key) = key(&meta.path, vocabulary, written, errors) {
        let mut result = known(&key, meta.input, errors);
        if result.is_ok() {
            result = end_of_value(meta.input);
            // What stands behind it is not read: it may be the next key.
            written.unreadable |= result.is_err();
        }
        // A value that does not suit a key that was guessed is one of another key.
        if meta.path.is_ident(&key) {
            errors.take(result);
        }
    }
    swallow(meta.input)
}

fn unless_readable(
    result: syn::Result<()>,
    vocabulary: &Vocabulary,
    written: &mut ParsedKeys,
    errors: &mut Errors,
) {
    if let Err(error) = result {
        written.unreadable = true;
        errors.push(no_key(error.span(), vocabulary));
    }
}

/// The key that is meant by `path`. Everything that is wrong with it is reported.
fn key(
    path: &syn::Path,
    vocabulary: &Vocabulary,
    written: &mut ParsedKeys,
    errors: &mut Errors,
) -> Option<Ident> {
    let keys = vocabulary.keys;
    let word = path.to_token_stream().to_string().replace(' ', "");
    let meant = if keys.contains(&word.as_str()) {
        Some(word)
    } else if vocabulary.elsewhere.keys.contains(&word.as_str()) {
        let place = vocabulary.elsewhere.place;
        errors.at(path, format_args!("`{word}` goes on {place}; move it there"));
        written.has_unknown = true;
        None
    } else {
        let near = did_you_mean(&word, keys);
        let told = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => vocabulary.instead(&word),
        };
        errors.at(path, format_args!("unknown key `{word}`; {told}"));
        let unfinished = |word| Unfinished::key(vocabulary.module, word);
        errors.unfinished.extend(path.get_ident().and_then(unfinished));
        written.has_unknown = true;
        near.map(str::to_owned)
    }?;
    let span = path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
    let key = Ident::new(&meant, span);
    written.tried.push(meant);
    Some(key)
}

/// The error for a place where neither a known nor an unknown key can be made out.
fn no_key(place: Span, vocabulary: &Vocabulary) -> syn::Error {
    syn::Error::new(place, format_args!("a key is missing here; {}", vocabulary.told()))
}

/// Joins the words for a message: `` `a`, `b` and `c` ``.
fn list(words: &[&str], last_joined_by: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {last_joined_by} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The value after `key =`; `example` says what to write if there is none.
pub(crate) fn value<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
) -> syn::Result<T> {
    one_of_values(key, input, &[example])
}

/// The type after `key =`. A type in quotes or in parentheses is reported, then read as the type
/// that it is: everything that depends on it would otherwise fail as well.
pub(crate) fn type_value(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
    errors: &mut Errors,
) -> syn::Result<Type> {
    let wrapped = input.fork();
    match value(key, input, example) {
        Err(error) if let Ok(ty) = unwrapped(&wrapped) => {
            errors.push(error);
            swallow(input)?;
            Ok(ty)
        }
        result => result,
    }
}

/// The type in the parentheses after a key, or in the quotes after `=`.
fn unwrapped(input: ParseStream<'_>) -> syn::Result<Type> {
    if input.peek(syn::token::Paren) {
        let ty;
        parenthesized!(ty in input);
        return ty.parse();
    }
    input.parse::<Token![=]>()?;
    input.parse::<LitStr>()?.parse()
}

/// Reads like [`value`], for values that one example does not cover.
pub(crate) fn one_of_values<T: Parse>(
    key: &Ident,
    input: ParseStream<'_>,
    examples: &[&str],
) -> syn::Result<T> {
    let examples = list(examples, "or");
    let needs = || format!("`{key}` needs a value; write {examples}");
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(key, needs()));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new_spanned(key, needs()));
    }
    let place = input.cursor().token_tree().map(|(token, _)| token);
    input.parse().map_err(|_| {
        syn::Error::new_spanned(
            place,
            format_args!("this is no value for `{key}`; write {examples}"),
        )
    })
}

/// Fails if something stands between a value and the next comma.
pub(crate) fn end_of_value(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        Ok(())
    } else {
        Err(input.error("a comma is missing here; write `,` between two keys"))
    }
}

/// Skips the rest of a value, so that the next one can be read.
pub(crate) fn swallow(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Fails if `key` has a value.
pub(crate) fn no_value(key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        Ok(())
    } else {
        Err(syn::Error::new_spanned(
            key,
            format_args!("`{key}` takes no value; write `{key}` alone"),
        ))
    }
}
