//! An aggregate that is sound.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Type};

use super::parse::Spec;
use super::snapshot::Snapshot;
use crate::attr::Written;
use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::event_enum;
use crate::event_set::EventSet;
use crate::name;
use crate::paths;
use crate::shape::Shape;

pub(crate) struct Aggregate<'a> {
    pub(crate) input: &'a DeriveInput,
    /// Whether an implementation can stand: on a struct, and on an enum, which was told that it is
    /// none, if it has the `Default` that an aggregate needs. Its commands then stay sound.
    pub(crate) can_stand: bool,
    pub(crate) name: String,
    /// Only after a mistake there is none.
    pub(crate) id: Option<&'a Type>,
    /// Without it nothing is refused.
    pub(crate) error: Option<&'a Type>,
    pub(crate) event: Events<'a>,
    pub(crate) snapshot: Option<&'a Snapshot>,
    /// Known where there are snapshots.
    pub(crate) shape: Option<Shape<'a>>,
    pub(crate) krate: CratePath<'a>,
    pub(crate) written: &'a Written,
}

/// Who lists the events.
pub(crate) enum Events<'a> {
    /// The annotation; the enum is ours to write.
    Listed(EventSet<'a>),
    /// An enum that exists.
    Enum(&'a Type),
}

impl<'a> Aggregate<'a> {
    pub(crate) fn new(input: &'a DeriveInput, spec: &'a Spec, errors: &mut Errors) -> Self {
        let is_struct = is_struct(input, errors);
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
        Self {
            input,
            can_stand: is_struct || has_default_variant(&input.data),
            name: name.unwrap_or_else(|| "unnamed".to_owned()),
            id: spec.id.value(),
            error: spec.error.value(),
            event: events(input, spec, krate, errors),
            snapshot,
            shape: snapshot.and_then(|_| Shape::new(input, krate, errors)),
            krate,
            written: &spec.written,
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

fn has_default_variant(data: &Data) -> bool {
    let Data::Enum(data) = data else {
        return false;
    };
    let attributes = data.variants.iter().flat_map(|variant| &variant.attrs);
    attributes.into_iter().any(|attribute| attribute.path().is_ident("default"))
}

fn missing_keys(place: &Ident, state: &Ident, spec: &Spec, errors: &mut Errors) {
    if spec.written.lacks("name") {
        errors.at(
            place,
            format_args!(
                "`name` is missing; write `name = \"{}\"`: the category of the streams, \
                 which is stored",
                name::suggestion(state)
            ),
        );
    }
    if spec.written.lacks("id") {
        errors.at(
            place,
            format_args!(
                "`id` is missing; write `id = {state}Id` with the type that tells one from the other"
            ),
        );
    }
    if spec.written.lacks("events") && spec.written.lacks("event") {
        errors.at(
            place,
            "`events` is missing; list what can happen, `events(Opened, Closed)`, \
             or name an enum of your own, `event = …`",
        );
    }
}

fn events<'a>(
    input: &'a DeriveInput,
    spec: &'a Spec,
    krate: CratePath<'a>,
    errors: &mut Errors,
) -> Events<'a> {
    match (spec.event.value(), spec.events.key()) {
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
            spec.event.key().unwrap_or(events),
            "both `events` and `event` are given; list the events or name an enum, not both",
        ),
        (None, _) => {}
    }
    let entries: Vec<_> = spec.events.value().unwrap_or(&spec.misplaced).iter().collect();
    Events::Listed(event_enum::of_list(input, &entries, &spec.superseded, krate, errors))
}
