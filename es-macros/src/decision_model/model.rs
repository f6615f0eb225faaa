//! A decision model that is sound.

use proc_macro2::Ident;
use syn::{Data, DeriveInput};

use crate::aggregate::Listed;
use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::event_enum;
use crate::event_set::EventSet;
use crate::keys::{Annotated, AnnotatedField, DecisionModelFieldKeys, DecisionModelKeys, Entry};
use crate::tags::TagField;

/// The keys on the struct and on its fields.
type Spec<'a> = Annotated<'a, DecisionModelKeys, DecisionModelFieldKeys>;

pub(crate) struct DecisionModel<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) set: EventSet<'a>,
    /// The events that may happen unseen.
    pub(crate) tolerated: Vec<&'a Entry>,
    pub(crate) tags: Vec<TagField<'a>>,
    pub(crate) krate: CratePath<'a>,
    /// True if the aggregate has the enum of events and the fold.
    pub(crate) is_aggregate: bool,
}

impl<'a> DecisionModel<'a> {
    /// Builds the model. On an aggregate it has the events of `listed`.
    pub(crate) fn new(
        input: &'a DeriveInput,
        spec: &'a Spec<'a>,
        listed: Option<&'a Listed>,
        errors: &mut Errors,
    ) -> Self {
        if let Some(listed) = listed {
            listed_twice(spec, errors);
            not_listed(listed, errors);
            missing_tag(listed.events.key(), spec, errors);
        } else if is_struct(input, errors) {
            missing_events(input, spec, errors);
            missing_tag(spec.keys.events.key(), spec, errors);
        }
        let krate = CratePath::new(&spec.keys.krate, errors);
        let (events, superseded) = match listed {
            Some(listed) => (&listed.events, &listed.superseded),
            None => (&spec.keys.events, &spec.keys.superseded),
        };
        let entries = events.value().map_or(&[][..], Vec::as_slice);
        let members: Vec<_> = entries.iter().collect();
        let set = if listed.is_some() {
            // What is wrong with the list, the derive of the aggregate tells.
            let mut told = Errors::default();
            let set = event_enum::of_list(input, &members, superseded, krate, &mut told);
            drop(told.report());
            set
        } else {
            event_enum::of_list(input, &members, superseded, krate, errors)
        };
        Self {
            input,
            set,
            tolerated: tolerated(spec, entries, errors),
            tags: spec.fields.iter().filter_map(|tag| tag_field(tag, errors)).collect(),
            krate,
            is_aggregate: listed.is_some(),
        }
    }
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    if matches!(input.data, Data::Struct(_)) {
        return true;
    }
    errors.at(
        &input.ident,
        "`DecisionModel` goes on the struct that holds what a decision knows; \
         put a state that is an enum into a field of one",
    );
    false
}

fn missing_events(input: &DeriveInput, spec: &Spec<'_>, errors: &mut Errors) {
    match &spec.keys.written.place {
        None => errors.at(
            &input.ident,
            format_args!(
                "the decision model `{}` does not say what it knows of; \
                 write on it `#[decision_model(events(…))]`",
                input.ident
            ),
        ),
        Some(place) if spec.keys.written.lacks("events") => errors.at(
            place,
            "`events` is missing; list what the decision must know of, `events(Opened, Closed)`",
        ),
        Some(_) => {}
    }
}

/// Reports a second list of events: the two would have to be kept equal.
fn listed_twice(spec: &Spec<'_>, errors: &mut Errors) {
    for key in [spec.keys.events.key(), spec.keys.superseded.key()].into_iter().flatten() {
        errors.at(
            key,
            format_args!(
                "the aggregate lists the events that the model knows of; remove `{key}(…)` here"
            ),
        );
    }
}

/// Reports an aggregate with an enum of events: the enum does not show the tags of its events,
/// which the model needs.
fn not_listed(listed: &Listed, errors: &mut Errors) {
    if let Some(event) = listed.event.key()
        && listed.events.key().is_none()
    {
        errors.at(
            event,
            "a decision model needs the list of its events, to see that each has the model's tags; \
             write `events(…)` in place of `event = …`, or `impl DecisionModel` by hand",
        );
    }
}

/// Reports a model without a tag. A model of every event is hardly intended, and can be written by
/// hand.
fn missing_tag(events: Option<&Ident>, spec: &Spec<'_>, errors: &mut Errors) {
    let Some(events) = events else {
        return;
    };
    let on_fields = &spec.written_on_fields;
    // A word that was not understood may be the tag.
    if spec.keys.written.is_known() && on_fields.misses("tag") && on_fields.misses("tags") {
        errors.at(
            events,
            "no field of the model is a tag, so that it would know of every such event in the \
             store; put `#[decision_model(tag)]` on the field that says what it is about, or write \
             `impl DecisionModel` by hand if it is about all of them",
        );
    }
}

/// The tolerated events. Each is one of the model's, and not all of them are: events that guard
/// nothing need not be read.
fn tolerated<'a>(spec: &'a Spec<'_>, events: &[Entry], errors: &mut Errors) -> Vec<&'a Entry> {
    let Some(entries) = spec.keys.tolerates.value() else {
        return Vec::new();
    };
    let mut tolerated = Vec::new();
    for entry in entries {
        let text = entry.text();
        let is_listed = events.iter().any(|event| event.text() == text);
        if let Some(renamed) = &entry.renamed {
            errors.at(
                renamed,
                format_args!("a tolerated event has no variant of its own; write `{text}` alone"),
            );
        }
        if is_listed {
            tolerated.push(entry);
        } else if !events.is_empty() {
            errors.at(
                &entry.path,
                format_args!("`{text}` is not among the model's events; add it to `events(…)`"),
            );
        }
    }
    if let Some(key) = spec.keys.tolerates.key()
        && !events.is_empty()
        && tolerated.len() == events.len()
    {
        errors.at(
            key,
            "a model that tolerates all of its events guards nothing; \
             leave out those that a decision must not miss",
        );
    }
    tolerated
}

/// The tag that a field is; `None` for one whose name could not be read, which has been reported.
fn tag_field<'a>(
    spec: &AnnotatedField<'a, DecisionModelFieldKeys>,
    errors: &mut Errors,
) -> Option<TagField<'a>> {
    let tag = &spec.keys.tag;
    if tag.is_unclear {
        return None;
    }
    TagField::new("decision_model", spec.nth, spec.field, tag, errors)
}
