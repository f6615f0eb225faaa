//! One change in the past of a field: `added`, `renamed` or `changed`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprPath, LitInt, LitStr, Token, Type, parenthesized};

use super::read::{ParsedKeys, read_list};
use super::table::{AddedKeys, ChangedKeys, RenamedKeys};
use super::value::{Key, Row, Value, is_alone, value};
use crate::completion::Unfinished;
use crate::diagnostics::{Errors, Slot};

/// A change of a field, with the version that made it.
pub(crate) struct Change {
    /// The key of the change, with its span.
    pub(crate) key: Ident,
    pub(crate) since: Since,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    Added(Origin),
    /// A new key, in place of this one.
    Renamed(LitStr),
    /// A new type in place of this one, with the function that converts its values.
    Changed(Box<Type>, ExprPath),
}

/// The source of a new field's value in older events.
pub(crate) enum Origin {
    /// The default of its type; the identifier is the word `default` in the annotation.
    Default(Ident),
    Value(Box<Expr>),
    Function(Call),
}

/// A function of fields of the version before.
pub(crate) struct Call {
    pub(crate) function: ExprPath,
    pub(crate) fields: Punctuated<Ident, Token![,]>,
}

/// The first version in which a change holds.
pub(crate) struct Since {
    pub(crate) literal: LitInt,
    pub(crate) version: u32,
}

impl Change {
    /// The version since which a renamed field has its new key, and the key that it had before.
    pub(crate) fn renamed(&self) -> Option<(u32, &LitStr)> {
        match &self.kind {
            Kind::Renamed(from) => Some((self.since.version, from)),
            Kind::Added(_) | Kind::Changed(..) => None,
        }
    }
}

/// The changes behind the keys of a row.
pub(crate) struct Changes<T> {
    pub(crate) all: Vec<T>,
    /// True if one could not be read, which has been reported.
    pub(crate) is_unclear: bool,
}

/// Written by hand, since a derive would require `T: Default`.
impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self { all: Vec::new(), is_unclear: false }
    }
}

impl<T> Row for Changes<T>
where
    Option<T>: Value,
{
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let change = Option::<T>::read(key, input, errors);
        self.is_unclear |= !matches!(change, Ok(Some(_)));
        self.all.extend(change?);
        Ok(())
    }
}

/// A change from the list behind its key; `None` if something is missing, which is reported.
impl Value for Option<Change> {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let read = match key.to_string().as_str() {
            "added" => added(key, input, errors)?,
            "renamed" => renamed(key, input, errors)?,
            "changed" => changed(key, input, errors)?,
            _ => return Err(syn::Error::new_spanned(key, "this is no change of a field")),
        };
        Ok(read.map(|(since, kind)| Change { key: key.word.clone(), since, kind }))
    }
}

type Read = syn::Result<Option<(Since, Kind)>>;

fn added(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> Read {
    key.needs_list(input)?;
    let AddedKeys { since, origin, written } = read_list(key, input, errors)?;
    since_is_there(key, &written, errors);
    if written.misses("default") && written.misses("with") {
        errors.at(
            key,
            "`added` does not say what older events have here; write `default`, \
             `default = …`, or `with = first_name(owner)` for a function of fields of the version \
             before",
        );
    }
    Ok(since.take().zip(origin.take().map(Kind::Added)))
}

fn renamed(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> Read {
    key.needs_list(input)?;
    let RenamedKeys { since, from, written } = read_list(key, input, errors)?;
    since_is_there(key, &written, errors);
    is_there("from", "the key under which it was stored", key, &written, errors);
    Ok(since.take().zip(from.take().map(Kind::Renamed)))
}

fn changed(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> Read {
    key.needs_list(input)?;
    let ChangedKeys { since, from, with, written } = read_list(key, input, errors)?;
    since_is_there(key, &written, errors);
    is_there("from", "the type that the field had", key, &written, errors);
    is_there("with", "a function from the old type to the new one", key, &written, errors);
    let kind = from.take().map(Box::new).zip(with.take());
    let kind = kind.map(|(from, with)| Kind::Changed(from, with));
    Ok(since.take().zip(kind))
}

/// Reports a missing `in`.
pub(crate) fn since_is_there(key: &Key, written: &ParsedKeys, errors: &mut Errors) {
    let reason = if key.word == "removed" {
        "the first version without the field"
    } else {
        "the first version in which it is so"
    };
    is_there("in", reason, key, written, errors);
}

/// Reports a missing key of the list behind `key`.
fn is_there(word: &str, reason: &str, key: &Key, written: &ParsedKeys, errors: &mut Errors) {
    if written.misses(word) {
        let examples = key.examples();
        errors.at(key, format_args!("`{word}` is missing; write {examples}: {reason}"));
    }
}

/// Reads `default`, `default = Currency::EUR` or `with = first_name(owner)`.
impl Row for Slot<Origin> {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let origin = if key.word == "with" {
            let place = input.fork();
            let call = value(key, input)
                .inspect_err(|_| errors.unfinished.push(Unfinished::function(&place)))?;
            if self.value().is_some() {
                errors.at(key, "a new field is from one place; keep `default` or `with`");
                return Ok(());
            }
            Origin::Function(call)
        } else if is_alone(input) {
            Origin::Default(key.word.clone())
        } else {
            Origin::Value(Box::new(value(key, input)?))
        };
        self.set(&key.word, origin, errors);
        Ok(())
    }
}

impl Value for Since {
    fn read(key: &Key, input: ParseStream<'_>, _: &mut Errors) -> syn::Result<Self> {
        let literal: LitInt = value(key, input)?;
        let version = literal.base10_parse().ok().filter(|_| literal.suffix().is_empty());
        match version {
            Some(version) => Ok(Self { literal, version }),
            None => Err(syn::Error::new_spanned(
                &literal,
                format_args!(
                    "`{literal}` is not a version; write a whole number, {}",
                    key.examples()
                ),
            )),
        }
    }
}

/// Parses `first_name(owner)`: a path, and in parentheses at least one name of a field.
impl Parse for Call {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let function = input.parse()?;
        let list;
        parenthesized!(list in input);
        let list: TokenStream = list.parse()?;
        let names =
            |list: ParseStream<'_>| Punctuated::parse_terminated_with(list, Ident::parse_any);
        let fields = names.parse2(list)?;
        if fields.is_empty() {
            return Err(input.error("a function of no field is a `default`"));
        }
        Ok(Self { function, fields })
    }
}
