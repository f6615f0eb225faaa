//! A command that is sound.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::{Data, DeriveInput, Field, Generics, Index, Member, Type};

use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::{Annotated, AnnotatedField, CommandFieldKeys, CommandKeys, Decider};
use crate::name;
use crate::reject_lifetimes::owned;

/// The keys on the struct and on its fields.
type Spec<'a> = Annotated<'a, CommandKeys, CommandFieldKeys>;

pub(crate) struct Command<'a> {
    pub(crate) input: &'a DeriveInput,
    /// The generics of the struct.
    pub(crate) generics: Generics,
    /// The aggregate type, or a stand-in after a mistake.
    pub(crate) aggregate: TokenStream,
    pub(crate) lifecycle: Ident,
    /// The stored name of a step that asks for the command.
    pub(crate) request_name: String,
    /// The id field; `None` only after a mistake.
    pub(crate) id: Option<Id<'a>>,
    pub(crate) krate: CratePath<'a>,
}

/// The field that names the stream.
pub(crate) struct Id<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
}

impl<'a> Command<'a> {
    pub(crate) fn new(input: &'a DeriveInput, spec: &'a Spec<'a>, errors: &mut Errors) -> Self {
        let generics = owned("a command", &input.generics, errors);
        // An enum was told that it is none, and is one all the same, so that its uses stay sound.
        let is_struct = is_struct(input, errors);
        let aggregate = if is_struct { aggregate(input, spec, errors) } else { decider(spec) };
        let id = if is_struct { id(input, spec, errors) } else { None };
        Self {
            input,
            generics,
            lifecycle: lifecycle(spec, errors),
            request_name: request_name(input, spec, errors),
            krate: CratePath::new(&spec.keys.krate, errors),
            // The id is one of the aggregate.
            id: id.filter(|_| aggregate.is_some()),
            aggregate: match aggregate {
                Some(aggregate) => aggregate.to_token_stream(),
                None => errors.stand_in(),
            },
        }
    }
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    if matches!(input.data, Data::Struct(_)) {
        return true;
    }
    errors.at(
        &input.ident,
        "`Command` goes on a struct, one for each request; \
         make every variant a struct of its own with `#[derive(Command, Clone)]`",
    );
    false
}

fn aggregate<'a>(input: &DeriveInput, spec: &'a Spec<'_>, errors: &mut Errors) -> Option<&'a Type> {
    if spec.keys.written.misses("aggregate") {
        let ident = &input.ident;
        match &spec.keys.written.place {
            Some(place) => errors.at(
                place,
                "`aggregate` is missing; write `#[command(aggregate = …)]` with the aggregate \
                 that decides",
            ),
            None => errors.at(
                ident,
                format_args!(
                    "the command `{ident}` does not say who decides it; \
                     write `#[command(aggregate = …)]` on it"
                ),
            ),
        }
    }
    decider(spec)
}

fn decider<'a>(spec: &'a Spec<'_>) -> Option<&'a Type> {
    spec.keys.aggregate.value().map(|Decider(aggregate)| aggregate)
}

/// The variant of `Lifecycle` for the word that was written.
fn lifecycle(spec: &Spec<'_>, errors: &mut Errors) -> Ident {
    let mut words = spec.keys.lifecycle.iter();
    let word = words.next();
    for other in words {
        errors.at(other, "a command has one lifecycle; keep one of `creates`, `needs` and `any`");
    }
    match word {
        Some(word) if word == "creates" => format_ident!("Creates", span = Span::call_site()),
        Some(word) if word == "any" => format_ident!("Any", span = Span::call_site()),
        Some(_) | None => format_ident!("Needs", span = Span::call_site()),
    }
}

/// The name that was written, or that of the struct in kebab-case.
fn request_name(input: &DeriveInput, spec: &Spec<'_>, errors: &mut Errors) -> String {
    let written = spec.keys.name.value();
    let checked = written.and_then(|literal| name::COMMAND.check(literal, errors));
    checked.unwrap_or_else(|| name::suggestion(&input.ident))
}

fn id<'a>(input: &DeriveInput, spec: &Spec<'a>, errors: &mut Errors) -> Option<Id<'a>> {
    let mut ids = spec.fields.iter().filter(|field| field.keys.is_id);
    let first = ids.next();
    for other in ids {
        errors.at(
            name_of(other.field),
            "a second `#[command(id)]`; one field names the stream, remove one of the two",
        );
    }
    // An annotation that is not there at all is told of once, with the aggregate; one that is
    // misspelt or stands on the struct, where it stands.
    let is_known = spec.keys.written.is_known() && spec.written_on_fields.is_known();
    if first.is_none() && spec.keys.written.place.is_some() && is_known {
        errors.at(
            &input.ident,
            format_args!(
                "no field of `{}` says which aggregate it is for; \
                 write `#[command(id)]` on the field that holds the id",
                input.ident
            ),
        );
    }
    first.map(|&AnnotatedField { nth: index, field, .. }| Id {
        member: match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index { index, span: Span::call_site() }),
        },
        ty: &field.ty,
    })
}

fn name_of(field: &Field) -> &dyn ToTokens {
    match &field.ident {
        Some(ident) => ident,
        None => &field.ty,
    }
}
