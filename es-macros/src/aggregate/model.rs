//! An aggregate that is sound.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Type};

use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::event_enum;
use crate::event_set::EventSet;
use crate::keys::{AggregateKeys, Snapshot};
use crate::name;
use crate::paths;
use crate::reject_lifetimes::is_owned;
use crate::shape::Shape;

pub(crate) struct Aggregate<'a> {
    pub(crate) input: &'a DeriveInput,
    /// True if the item is no aggregate at all; the mistake has been reported.
    pub(crate) is_unfit: bool,
    pub(crate) name: String,
    pub(crate) id: TokenStream,
    pub(crate) error: TokenStream,
    /// The stand-in for a type that a mistake hides; empty without a mistake.
    pub(crate) unknown: TokenStream,
    pub(crate) event: Events<'a>,
    pub(crate) snapshot: Option<&'a Snapshot>,
    /// The shape of the state; present if the aggregate has snapshots.
    pub(crate) shape: Option<Shape<'a>>,
    pub(crate) krate: CratePath<'a>,
}

/// The source of the list of events.
pub(crate) enum Events<'a> {
    /// The annotation lists them, and the derive writes the enum.
    Listed(EventSet<'a>),
    /// An enum that exists.
    Enum(&'a Type),
}

impl<'a> Aggregate<'a> {
    pub(crate) fn new(
        input: &'a DeriveInput,
        spec: &'a AggregateKeys,
        errors: &mut Errors,
    ) -> Self {
        let is_struct = is_struct(input, errors);
        let is_owned = is_owned("an aggregate", &input.generics, errors);
        let is_annotated = spec.written.place.is_some();
        if is_struct && !is_annotated {
            errors.at(
                &input.ident,
                format_args!(
                    "the aggregate `{}` does not say what it is made of; write on it \
                     `#[aggregate(name = \"…\", id = …, events(…))]`",
                    input.ident
                ),
            );
        }
        if is_struct && let Some(place) = &spec.written.place {
            missing_keys(place, &input.ident, spec, errors);
        }
        let krate = CratePath::new(&spec.krate, errors);
        let snapshot = spec.snapshot.value().filter(|_| is_struct);
        let name = spec.name.value();
        let name = name.and_then(|literal| name::AGGREGATE.check(literal, errors));
        let event = events(input, spec, krate, errors);
        boxed_error(spec, errors);
        let unknown = errors.stand_in();
        let shape = snapshot.and_then(|_| Shape::new(input, krate, errors));
        Self {
            input,
            is_unfit: !is_struct || !is_owned || has_non_members(&event),
            name: name.unwrap_or_else(|| "unnamed".to_owned()),
            id: spec.id.value().map_or_else(|| unknown.clone(), ToTokens::to_token_stream),
            error: error(spec, krate, &unknown),
            unknown,
            event,
            snapshot,
            shape,
            krate,
        }
    }
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    match input.data {
        Data::Struct(_) => return true,
        Data::Enum(_) => errors.at(
            &input.ident,
            "`Aggregate` goes on the struct that holds the state; \
             put a state that is an enum into a field of one; \
             for a hand-written event enum use `#[derive(EventSet)]`",
        ),
        Data::Union(_) => errors.at(
            &input.ident,
            "`Aggregate` goes on the struct that holds the state; a union cannot hold it",
        ),
    }
    false
}

/// True if the set has a variant besides its events, since the type has a parameter that no event has.
fn has_non_members(events: &Events<'_>) -> bool {
    matches!(events, Events::Listed(set) if set.has_non_members)
}

fn missing_keys(place: &Ident, state: &Ident, spec: &AggregateKeys, errors: &mut Errors) {
    if spec.written.misses("name") {
        errors.at(
            place,
            format_args!(
                "`name` is missing; write `name = \"{}\"`: the category of the streams, \
                 which is stored",
                name::suggestion(state)
            ),
        );
    }
    if spec.written.misses("id") {
        errors.at(
            place,
            format_args!(
                "`id` is missing; write `id = {state}Id` with the type that tells one from the other"
            ),
        );
    }
    if spec.written.misses("events") && spec.written.misses("event") {
        errors.at(
            place,
            "`events` is missing; list what can happen, `events(Opened, Closed)`, \
             or name an enum of your own, `event = …`",
        );
    }
}

/// The error type of a decision. Without the key no decision is refused; if the key may have been
/// meant and a mistake hides it, any error type is accepted.
fn error(spec: &AggregateKeys, krate: CratePath<'_>, unknown: &TokenStream) -> TokenStream {
    match spec.error.value() {
        Some(error) if is_box(error) => unknown.clone(),
        Some(error) => error.to_token_stream(),
        None if spec.written.place.is_some() && spec.written.misses("error") => {
            quote!(#krate::NoRejection)
        }
        None => unknown.clone(),
    }
}

/// Reports a box as the error: it is no `Error` itself, and the compiler says so in three sentences.
fn boxed_error(spec: &AggregateKeys, errors: &mut Errors) {
    if let Some(error) = spec.error.value().filter(|error| is_box(error)) {
        errors.at(
            error,
            "the error of an aggregate says why a decision refuses, which a box hides; write an enum \
             of the refusals with `#[derive(Debug, thiserror::Error)]`",
        );
    }
}

fn is_box(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Box")
}

fn events<'a>(
    input: &'a DeriveInput,
    spec: &'a AggregateKeys,
    krate: CratePath<'a>,
    errors: &mut Errors,
) -> Events<'a> {
    match (spec.event.ty.value(), spec.events.key()) {
        (Some(event), None) => {
            if let Some(key) = spec.superseded.key() {
                errors.at(
                    key,
                    format_args!(
                        "the enum `{0}` reads the events; write `#[event_set(superseded(…))]` on `{0}`",
                        paths::text(event)
                    ),
                );
            }
            return Events::Enum(event);
        }
        (Some(_), Some(events)) => errors.at(
            spec.event.ty.key().unwrap_or(events),
            "both `events` and `event` are given; list the events or name an enum, not both",
        ),
        (None, _) => {}
    }
    let entries: Vec<_> = spec.events.value().unwrap_or(&spec.event.misplaced).iter().collect();
    Events::Listed(event_enum::of_list(input, &entries, &spec.superseded, krate, errors))
}
