//! One change in the past of a field: `added`, `renamed` or `changed`.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprPath, LitInt, LitStr, Token, Type, parenthesized, token};

use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::completion::Unfinished;
use crate::diagnostics::{Errors, Slot};

/// The keys that this module reads.
pub(crate) const KEYS: [&str; 3] = ["added", "renamed", "changed"];

const ADDED: &str = "added(in = 2, default)";
const RENAMED: &str = "renamed(from = \"amount\", in = 2)";
const CHANGED: &str = "changed(from = u32, in = 2, with = i64::from)";
const WITH_FIELDS: &str = "with = first_name(owner)";

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

    /// Reads the list behind one of the [`KEYS`]. `None` if something is missing, which is
    /// reported.
    pub(crate) fn read(
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Option<Self>> {
        let read = match key.to_string().as_str() {
            "added" => added(key, input, errors)?,
            "renamed" => renamed(key, input, errors)?,
            _ => changed(key, input, errors)?,
        };
        Ok(read.map(|(since, kind)| Self { key: key.clone(), since, kind }))
    }
}

fn added(
    key: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<(Since, Kind)>> {
    const VOCABULARY: Vocabulary = vocabulary("added", &["in", "default", "with"]);
    let (mut since, mut origin) = (Slot::default(), Slot::default());
    let written = list(key, input, ADDED, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "in" => since.set(key, Since::read(key, input)?, errors),
            "default" => origin.set(key, default(key, input)?, errors),
            _ => {
                let place = input.fork();
                let call = attr::value(key, input, WITH_FIELDS)
                    .inspect_err(|_| errors.unfinished.push(Unfinished::function(&place)))?;
                if origin.value().is_some() {
                    errors.at(key, "a new field is from one place; keep `default` or `with`");
                } else {
                    origin.set(key, Origin::Function(call), errors);
                }
            }
        }
        Ok(())
    })?;
    since_is_there(key, &written, ADDED, errors);
    if written.misses("default") && written.misses("with") {
        errors.at(
            key,
            format_args!(
                "`added` does not say what older events have here; write `default`, \
                 `default = …`, or `{WITH_FIELDS}` for a function of fields of the version before"
            ),
        );
    }
    Ok(since.take().zip(origin.take().map(Kind::Added)))
}

fn renamed(
    key: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<(Since, Kind)>> {
    const VOCABULARY: Vocabulary = vocabulary("renamed", &["from", "in"]);
    let (mut since, mut from) = (Slot::default(), Slot::default());
    let written = list(key, input, RENAMED, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "in" => since.set(key, Since::read(key, input)?, errors),
            _ => from.set(key, attr::value(key, input, "from = \"amount\"")?, errors),
        }
        Ok(())
    })?;
    since_is_there(key, &written, RENAMED, errors);
    if written.misses("from") {
        errors.at(
            key,
            format_args!("`from` is missing; write `{RENAMED}`: the key under which it was stored"),
        );
    }
    Ok(since.take().zip(from.take().map(Kind::Renamed)))
}

fn changed(
    key: &Ident,
    input: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<Option<(Since, Kind)>> {
    const VOCABULARY: Vocabulary = vocabulary("changed", &["from", "in", "with"]);
    let (mut since, mut from, mut with) = (Slot::default(), Slot::default(), Slot::default());
    let written = list(key, input, CHANGED, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "in" => since.set(key, Since::read(key, input)?, errors),
            "from" => from.set(key, attr::value(key, input, "from = u32")?, errors),
            _ => with.set(key, attr::value(key, input, "with = i64::from")?, errors),
        }
        Ok(())
    })?;
    since_is_there(key, &written, CHANGED, errors);
    if written.misses("from") {
        errors.at(
            key,
            format_args!("`from` is missing; write `{CHANGED}`: the type that the field had"),
        );
    }
    if written.misses("with") {
        errors.at(
            key,
            format_args!(
                "`with` is missing; write `{CHANGED}`: a function from the old type to the new one"
            ),
        );
    }
    let kind = from.take().zip(with.take()).map(|(from, with)| Kind::Changed(from, with));
    Ok(since.take().zip(kind))
}

const fn vocabulary(attribute: &'static str, keys: &'static [&'static str]) -> Vocabulary {
    Vocabulary { attribute, module: attribute, keys, elsewhere: Elsewhere::NOWHERE }
}

/// The list in parentheses behind `key`.
fn list(
    key: &Ident,
    input: ParseStream<'_>,
    example: &str,
    vocabulary: &Vocabulary,
    errors: &mut Errors,
    known: impl FnMut(&Ident, ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) -> syn::Result<ParsedKeys> {
    needs_list(key, input, example)?;
    attr::read_list(key, input, vocabulary, errors, known)
}

/// Fails if no parentheses stand behind `key`.
pub(crate) fn needs_list(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<()> {
    if input.peek(token::Paren) {
        return Ok(());
    }
    Err(syn::Error::new_spanned(
        key,
        format_args!("`{key}` has its values in parentheses; write `{example}`"),
    ))
}

/// Reports a missing `in`.
pub(crate) fn since_is_there(
    key: &Ident,
    written: &ParsedKeys,
    example: &str,
    errors: &mut Errors,
) {
    if written.misses("in") {
        let when = if key == "removed" { "without the field" } else { "in which it is so" };
        errors
            .at(key, format_args!("`in` is missing; write `{example}`: the first version {when}"));
    }
}

/// Reads `default`, or `default = Currency::EUR`.
fn default(key: &Ident, input: ParseStream<'_>) -> syn::Result<Origin> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Origin::Default(key.clone()));
    }
    attr::value(key, input, "default = Currency::EUR").map(Box::new).map(Origin::Value)
}

impl Since {
    pub(crate) fn read(key: &Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let literal: LitInt = attr::value(key, input, "in = 2")?;
        let version = literal.base10_parse().ok().filter(|_| literal.suffix().is_empty());
        match version {
            Some(version) => Ok(Self { literal, version }),
            None => Err(syn::Error::new_spanned(
                &literal,
                format_args!("`{literal}` is not a version; write a whole number, `in = 2`"),
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
