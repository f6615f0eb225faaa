//! A list of events: `events(Opened, billing::Paid as BillingPaid, Put<T>)`.

use proc_macro2::Ident;
use syn::Path;
use syn::parse::{Parse, ParseStream};

use super::list::{Item, Noun, end_of_item, entry, is_listed_once, listed};
use super::value::{Key, Value};
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
        listed(key, input, errors, |entry: &Entry, before, errors| {
            is_listed_once(entry, before.iter(), errors)
                && has_its_own_variant(entry, before.iter(), errors)
        })
    }
}

const EVENT: Noun = Noun { one: "event", an: "an event", some: "Opened, Closed" };

impl Item for Entry {
    const NOUN: Noun = EVENT;

    fn read(key: &Key, list: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let entry = entry(key, list, EVENT, Path::parse, errors)?;
        end_of_item(list, EVENT, errors);
        Ok(entry)
    }

    fn unquoted(path: Path) -> Self {
        Self { path, renamed: None }
    }
}

/// Events without variants: their last words may be equal.
pub(crate) struct BareEvents(pub(crate) Vec<Entry>);

/// An event that is superseded.
struct Bare(Entry);

impl Item for Bare {
    const NOUN: Noun = Noun { some: "Changed, Pinged", ..EVENT };

    fn read(key: &Key, list: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        <Entry as Item>::read(key, list, errors).map(Self)
    }

    fn unquoted(path: Path) -> Self {
        Self(Entry::unquoted(path))
    }
}

impl Value for BareEvents {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let is_new = |Bare(entry): &Bare, before: &[Bare], errors: &mut Errors| {
            is_listed_once(entry, before.iter().map(|Bare(entry)| entry), errors)
        };
        let listed = listed(key, input, errors, is_new)?;
        Ok(Self(listed.into_iter().map(|Bare(entry)| entry).collect()))
    }
}

/// True if no entry before it has the same name for its variant; reports an error if one has.
pub(crate) fn has_its_own_variant<'a>(
    entry: &Entry,
    mut before: impl Iterator<Item = &'a Entry>,
    errors: &mut Errors,
) -> bool {
    let text = entry.text();
    if let Some(other) = before.find(|other| other.variant() == entry.variant())
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
