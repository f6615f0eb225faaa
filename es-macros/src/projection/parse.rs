//! The annotation on the struct of a projection.

use proc_macro2::Ident;
use syn::parse::{Parse, ParseStream};
use syn::{Data, DeriveInput, Fields, LitInt, LitStr, Path, Token, Type, parenthesized};

use crate::attr::{self, Elsewhere, ParsedKeys, Vocabulary};
use crate::crate_path::{CratePath, ModPath};
use crate::diagnostics::{Errors, Slot};
use crate::event_list::{self, Entry};
use crate::paths;

pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "projection",
    module: "projection",
    keys: &[
        "name",
        "version",
        "events",
        "superseded",
        "effects",
        "start",
        "key",
        "bulk",
        "db",
        "crate",
    ],
    elsewhere: Elsewhere::NOWHERE,
};

#[derive(Default)]
pub(crate) struct Spec {
    pub(crate) name: Slot<LitStr>,
    pub(crate) version: Slot<LitInt>,
    pub(crate) events: Slot<Vec<Entry>>,
    pub(crate) superseded: Slot<Vec<Entry>>,
    pub(crate) effects: Slot<Vec<Entry>>,
    /// The start of the effects of a new projection.
    pub(crate) start: Slot<Start>,
    /// The function that reads the key of an event.
    pub(crate) key: Slot<Path>,
    pub(crate) bulk: Slot<()>,
    /// The types that it writes into.
    pub(crate) db: Slot<Vec<Type>>,
    pub(crate) krate: Slot<ModPath>,
    pub(crate) written: ParsedKeys,
}

/// The start of the effects of a new projection.
pub(crate) enum Start {
    /// The first event that the log does not show yet.
    Now,
    /// The first event of the log.
    Beginning,
    /// The first event after a position.
    After(u64),
}

impl Start {
    const EXAMPLES: &[&str] = &["start = now", "start = beginning", "start = 4711"];
}

impl Parse for Start {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitInt) {
            return Ok(Self::After(input.parse::<LitInt>()?.base10_parse()?));
        }
        let word: Ident = input.parse()?;
        match word.to_string().as_str() {
            "now" => Ok(Self::Now),
            "beginning" => Ok(Self::Beginning),
            _ => Err(syn::Error::new_spanned(word, "no place of the log")),
        }
    }
}

pub(crate) fn spec(input: &DeriveInput, errors: &mut Errors) -> Spec {
    let mut spec = Spec::default();
    let written = attr::read(&input.attrs, &VOCABULARY, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "name" => spec.name.set(key, attr::value(key, input, "name = \"balances\"")?, errors),
            "version" => spec.version.set(key, attr::value(key, input, "version = 2")?, errors),
            "events" => {
                let entries = event_list::entries(key, input, errors)?;
                spec.events.set(key, entries, errors);
            }
            "superseded" => {
                let entries = event_list::without_variants(key, input, errors)?;
                spec.superseded.set(key, entries, errors);
            }
            "effects" => {
                let entries = event_list::entries(key, input, errors)?;
                spec.effects.set(key, entries, errors);
            }
            "start" => {
                let start = attr::one_of_values(key, input, Start::EXAMPLES)?;
                spec.start.set(key, start, errors);
            }
            "key" => spec.key.set(key, attr::value(key, input, "key = owner_of")?, errors),
            "bulk" => {
                attr::no_value(key, input)?;
                spec.bulk.set(key, (), errors);
            }
            "db" => {
                let types = db(key, input, errors)?;
                spec.db.set(key, types, errors);
            }
            _ => spec.krate.set(key, attr::value(key, input, CratePath::EXAMPLE)?, errors),
        }
        Ok(())
    });
    spec.written = written;
    if let Data::Struct(data) = &input.data {
        on_fields(&data.fields, errors);
    }
    spec
}

/// Reports keys on fields, where they would do nothing.
fn on_fields(fields: &Fields, errors: &mut Errors) {
    let attrs = fields.iter().flat_map(|field| &field.attrs);
    for attr in attrs.filter(|attr| attr.path().is_ident(VOCABULARY.attribute)) {
        errors.at(attr.path(), "`projection` goes on the struct, not on a field; move it there");
    }
}

/// Reads `db = PgConnection` or `db(PgConnection, Totals)`. An unreadable type costs that type
/// only.
fn db(key: &Ident, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Vec<Type>> {
    const EXAMPLE: &str = "db = PgConnection";
    if !input.peek(syn::token::Paren) {
        return Ok(vec![attr::type_value(key, input, EXAMPLE, errors)?]);
    }
    let list;
    parenthesized!(list in input);
    if list.is_empty() {
        errors.at(
            key,
            "no types are listed; write what it writes into, for example `db(PgConnection)`",
        );
    }
    let mut types: Vec<Type> = Vec::new();
    while !list.is_empty() {
        let written = one_type(&list);
        if let Some(written) = errors.take(written)
            && is_listed_once(&written, &types, errors)
        {
            types.push(written);
        }
        attr::swallow(&list)?;
        list.parse::<Option<Token![,]>>()?;
    }
    Ok(types)
}

fn one_type(list: ParseStream<'_>) -> syn::Result<Type> {
    let place = list.cursor().token_tree().map(|(token, _)| token);
    let written = list.parse().map_err(|_| {
        syn::Error::new_spanned(
            place,
            "this is not a type; write for example `db(PgConnection, Totals)`",
        )
    })?;
    if !list.is_empty() && !list.peek(Token![,]) {
        return Err(list.error("a comma is missing here; write `,` between two types"));
    }
    Ok(written)
}

fn is_listed_once(written: &Type, before: &[Type], errors: &mut Errors) -> bool {
    let text = paths::text(written);
    let is_listed = before.iter().any(|other| paths::text(other) == text);
    if is_listed {
        errors.at(written, format_args!("`{text}` is listed twice; remove one of the two"));
    }
    !is_listed
}
