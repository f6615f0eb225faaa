//! A list in parentheses: events, steps, starts.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Lifetime, LitStr, Path, Token, parenthesized};

use super::event_list::Entry;
use super::value::{Key, swallow};
use crate::diagnostics::Errors;
use crate::paths;

/// The word for what a list contains.
#[derive(Clone, Copy)]
pub(crate) struct Noun {
    pub(crate) one: &'static str,
    /// With its article.
    pub(crate) an: &'static str,
    /// Two of them, as an example.
    pub(crate) some: &'static str,
}

/// An item of a list, which begins with the path of a type.
pub(super) trait Item: Sized {
    const NOUN: Noun;

    /// Reads the path, with what follows it up to the comma.
    fn read(key: &Key, list: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self>;

    /// The item with its own key `word` behind it, as it would be written; `None` if it has no such key.
    fn with_key(&self, _word: &str) -> Option<String> {
        None
    }

    /// The item of a path that stood in quotes, which was told.
    fn unquoted(path: Path) -> Self;
}

/// Reads the list behind `key`. An unreadable item costs that item only.
pub(super) fn listed<T: Item>(
    key: &Key,
    input: ParseStream<'_>,
    errors: &mut Errors,
    is_new: impl Fn(&T, &[T], &mut Errors) -> bool,
) -> syn::Result<Vec<T>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(
            key,
            format_args!("`{key}` needs a list in parentheses; write {}", key.examples()),
        ));
    }
    let Noun { one, some, .. } = T::NOUN;
    let list;
    parenthesized!(list in input);
    if list.is_empty() {
        errors.at(key, format_args!("no {one}s are listed; write for example `{key}({some})`"));
    }
    let mut items: Vec<T> = Vec::new();
    // Whoever quotes one item quotes all of them.
    let mut is_told = false;
    while !list.is_empty() {
        if list.peek(Ident::peek_any) && list.peek2(Token![=]) {
            return Err(key_among_items(key, &list, items.last())?);
        }
        let item = if list.peek(LitStr) {
            quoted(key, &list, &mut is_told, errors)
        } else {
            T::read(key, &list, errors)
        };
        let item = errors.take(item);
        let goes_on = item.is_some() && list.peek(syn::Ident);
        if let Some(item) = item
            && is_new(&item, &items, errors)
        {
            items.push(item);
        }
        // A missing comma was told of; the next item is read all the same.
        if goes_on {
            continue;
        }
        swallow(&list)?;
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(items)
}

/// A key that was written into the parentheses of the one before it, or beside those of the item before it.
fn key_among_items<T: Item>(
    key: &Key,
    list: ParseStream<'_>,
    before: Option<&T>,
) -> syn::Result<syn::Error> {
    let word = list.call(Ident::parse_any)?;
    list.parse::<TokenStream>()?;
    let one = T::NOUN.one;
    let told = match before.and_then(|item| item.with_key(&word.to_string())) {
        Some(item) => format!("`{word}` goes behind the {one} that it is of; write `{item}`"),
        None => format!(
            "`{word}` is a key and no {one}; write it behind the list, `{key}(…), {word} = …`"
        ),
    };
    Ok(syn::Error::new_spanned(&word, told))
}

/// An item in quotes: reported once, and read as the type that it names.
fn quoted<T: Item>(
    key: &Key,
    list: ParseStream<'_>,
    is_told: &mut bool,
    errors: &mut Errors,
) -> syn::Result<T> {
    let text: LitStr = list.parse()?;
    let an = T::NOUN.an;
    let told = format!("{an} is written without quotes; write for example {}", key.examples());
    let path = text.parse().map_err(|_| syn::Error::new_spanned(&text, &told))?;
    if !*is_told {
        errors.at(&text, told);
        *is_told = true;
    }
    Ok(T::unquoted(path))
}

/// The path of an item, read by `parse`, and the name after `as`.
pub(super) fn entry(
    key: &Key,
    list: ParseStream<'_>,
    noun: Noun,
    parse: fn(ParseStream<'_>) -> syn::Result<Path>,
    errors: &mut Errors,
) -> syn::Result<Entry> {
    let Noun { an, .. } = noun;
    if let Some(reference) = list.parse::<Option<Token![&]>>()? {
        list.parse::<Option<Lifetime>>()?;
        errors.at(reference, format_args!("{an} is listed by its own type; write it without `&`"));
    }
    let place = list.cursor().token_tree().map(|(token, _)| token);
    let path = parse(list).map_err(|_| {
        syn::Error::new_spanned(
            place,
            format_args!("this is not the path of {an}; write for example {}", key.examples()),
        )
    })?;
    if leads_to_no_type(&path) {
        return Err(syn::Error::new_spanned(
            &path,
            format_args!(
                "`{}` is not the path of {an}; write for example {}",
                paths::text(&path),
                key.examples()
            ),
        ));
    }
    if let Some(this) = paths::find("Self", &path) {
        return Err(syn::Error::new(
            this.span(),
            "`Self` would be another type in the enum of events; write the name of the type",
        ));
    }
    let mut renamed = None;
    if list.peek(Token![as]) {
        let word: Token![as] = list.parse()?;
        renamed = list.parse().ok();
        if renamed.is_none() {
            errors.at(
                word,
                format_args!(
                    "`as` needs a name for the variant; write for example {}",
                    key.examples()
                ),
            );
            swallow(list)?;
        }
    }
    Ok(Entry { path, renamed })
}

/// Reports what stands between an item and the next comma.
pub(super) fn end_of_item(list: ParseStream<'_>, noun: Noun, errors: &mut Errors) {
    if !list.is_empty() && !list.peek(Token![,]) {
        errors.push(
            list.error(format_args!(
                "a comma is missing here; write `,` between two {}s",
                noun.one
            )),
        );
    }
}

/// True if a keyword stands where no path of a type has one. Modules may be reached through
/// keywords.
fn leads_to_no_type(path: &Path) -> bool {
    let last = path.segments.len().saturating_sub(1);
    let mut begins = path.leading_colon.is_none();
    path.segments.iter().enumerate().any(|(nth, segment)| {
        let word = &segment.ident;
        let is_prefix = begins && nth < last && (word == "super" || nth == 0 && word != "Self");
        begins &= word == "self" || word == "super";
        paths::is_keyword(word) && !is_prefix
    })
}

/// True if no entry before it has the same path; reports an error if one has.
pub(super) fn is_listed_once<'a>(
    entry: &Entry,
    mut before: impl Iterator<Item = &'a Entry>,
    errors: &mut Errors,
) -> bool {
    let text = entry.text();
    let is_listed = before.any(|other| other.text() == text);
    if is_listed {
        errors.at(&entry.path, format_args!("`{text}` is listed twice; remove one of the two"));
    }
    !is_listed
}
