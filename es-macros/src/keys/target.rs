//! The types that a projection writes into: `db = PgConnection`, or `db(PgConnection, Totals)`.

use syn::parse::ParseStream;
use syn::{Token, Type, parenthesized};

use super::value::{Key, Value, swallow};
use crate::diagnostics::Errors;
use crate::paths;

pub(crate) struct Targets(pub(crate) Vec<Type>);

/// An unreadable type costs that type only.
impl Value for Targets {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Ok(Self(vec![Type::read(key, input, errors)?]));
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
            swallow(&list)?;
            list.parse::<Option<Token![,]>>()?;
        }
        Ok(Self(types))
    }
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
