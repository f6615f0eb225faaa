//! A list of events: `events(Opened, billing::Paid as BillingPaid, Put<T>)`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Lifetime, LitStr, Path, Token, parenthesized};

use super::value::{Key, Value, swallow};
use crate::diagnostics::Errors;
use crate::paths;

/// One event of a list.
pub(crate) struct Entry {
    pub(crate) path: Path,
    /// The name after `as`.
    pub(crate) renamed: Option<Ident>,
}

impl Entry {
    /// The word that stands for the event: the last of its path.
    pub(crate) fn last(&self) -> Option<&Ident> {
        self.path.segments.last().map(|segment| &segment.ident)
    }

    /// The name of its variant.
    pub(crate) fn variant(&self) -> Option<&Ident> {
        self.renamed.as_ref().or_else(|| self.last())
    }

    /// The path in the form in which people write it.
    pub(crate) fn text(&self) -> String {
        paths::text(&self.path)
    }
}

/// Events with a variant each. An unreadable entry costs that entry only.
impl Value for Vec<Entry> {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        listed(key, input, "Opened, Closed", errors, |entry, before, errors| {
            is_listed_once(entry, before, errors) && has_its_own_variant(entry, before, errors)
        })
    }
}

/// Events without variants: their last words may be equal.
pub(crate) struct BareEvents(pub(crate) Vec<Entry>);

impl Value for BareEvents {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        listed(key, input, "Changed, Pinged", errors, is_listed_once).map(Self)
    }
}

fn listed(
    key: &Key,
    input: ParseStream<'_>,
    some: &str,
    errors: &mut Errors,
    is_new: impl Fn(&Entry, &[Entry], &mut Errors) -> bool,
) -> syn::Result<Vec<Entry>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(
            key,
            format_args!("`{key}` needs a list in parentheses; write {}", key.examples()),
        ));
    }
    let list;
    parenthesized!(list in input);
    if list.is_empty() {
        errors.at(key, format_args!("no events are listed; write for example `{key}({some})`"));
    }
    let mut entries: Vec<Entry> = Vec::new();
    // Whoever quotes one event quotes all of them.
    let mut is_told = false;
    while !list.is_empty() {
        if list.peek(Ident::peek_any) && list.peek2(Token![=]) {
            return Err(key_among_events(key, &list)?);
        }
        let entry = if list.peek(LitStr) {
            quoted(key, &list, &mut is_told, errors)
        } else {
            entry(key, &list, errors)
        };
        let entry = errors.take(entry);
        let goes_on = entry.is_some() && list.peek(syn::Ident);
        if let Some(entry) = entry
            && is_new(&entry, &entries, errors)
        {
            entries.push(entry);
        }
        // A missing comma was told of; the next event is read all the same.
        if goes_on {
            continue;
        }
        swallow(&list)?;
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(entries)
}

/// A key that was written into the parentheses of the one before it.
fn key_among_events(key: &Key, list: ParseStream<'_>) -> syn::Result<syn::Error> {
    let word = list.call(Ident::parse_any)?;
    list.parse::<TokenStream>()?;
    let told = format_args!(
        "`{word}` is a key and no event; write it behind the list, `{key}(…), {word} = …`"
    );
    Ok(syn::Error::new_spanned(&word, told))
}

/// An event in quotes: reported once, and read as the event that it names.
fn quoted(
    key: &Key,
    list: ParseStream<'_>,
    is_told: &mut bool,
    errors: &mut Errors,
) -> syn::Result<Entry> {
    let text: LitStr = list.parse()?;
    let told = format!("an event is written without quotes; write for example {}", key.examples());
    let path = text.parse().map_err(|_| syn::Error::new_spanned(&text, &told))?;
    if !*is_told {
        errors.at(&text, told);
        *is_told = true;
    }
    Ok(Entry { path, renamed: None })
}

fn entry(key: &Key, list: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Entry> {
    if let Some(reference) = list.parse::<Option<Token![&]>>()? {
        list.parse::<Option<Lifetime>>()?;
        errors.at(reference, "an event is listed by its own type; write it without `&`");
    }
    let place = list.cursor().token_tree().map(|(token, _)| token);
    let path: Path = list.parse().map_err(|_| {
        syn::Error::new_spanned(
            place,
            format_args!("this is not the path of an event; write for example {}", key.examples()),
        )
    })?;
    if leads_to_no_type(&path) {
        return Err(syn::Error::new_spanned(
            &path,
            format_args!(
                "`{}` is not the path of an event; write for example {}",
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
    if !list.is_empty() && !list.peek(Token![,]) {
        errors.push(list.error("a comma is missing here; write `,` between two events"));
    }
    Ok(Entry { path, renamed })
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

fn is_listed_once(entry: &Entry, before: &[Entry], errors: &mut Errors) -> bool {
    let text = entry.text();
    let is_listed = before.iter().any(|other| other.text() == text);
    if is_listed {
        errors.at(&entry.path, format_args!("`{text}` is listed twice; remove one of the two"));
    }
    !is_listed
}

/// True if no entry before it has the same name for its variant; reports an error if one has.
pub(crate) fn has_its_own_variant(entry: &Entry, before: &[Entry], errors: &mut Errors) -> bool {
    let text = entry.text();
    let same_name = |other: &&Entry| other.variant() == entry.variant();
    if let Some(other) = before.iter().find(same_name)
        && let Some(variant) = entry.variant()
    {
        errors.at(
            variant,
            format_args!(
                "two events are called `{variant}`, `{}` and `{text}`; write `{text} as {}`",
                other.text(),
                alternative(entry)
            ),
        );
        false
    } else {
        true
    }
}

/// The name to suggest: `BillingPaid` for `billing::Paid`, or `OtherPaid` without a module.
fn alternative(entry: &Entry) -> String {
    let mut words = entry.path.segments.iter().rev().map(|word| &word.ident);
    let last = words.next().map(ToString::to_string).unwrap_or_default();
    let module = words.next().map(ToString::to_string).unwrap_or_default();
    let place = match module.as_str() {
        "" | "self" | "super" | "crate" => "other",
        module => module,
    };
    let mut name: String = place.split('_').map(capitalised).collect();
    name.push_str(&last);
    name
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}
