//! A sound history of an event's fields: every version as it was, and the steps up to the newest.

use std::collections::BTreeSet;

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Expr, ExprPath, Fields, LitInt, Type};

use super::carried_serde_attrs::Carried;
use super::field_history::{Lifeline, Then};
use super::model::Spec;
use crate::diagnostics::Errors;
use crate::keys::{Call, Origin};

pub(crate) struct History<'a> {
    /// The serde attributes of the struct.
    pub(crate) serde: Vec<Carried>,
    lifelines: Vec<Lifeline<'a>>,
    /// The current version.
    pub(crate) version: u32,
}

/// A field of one version, made from the version before.
pub(crate) struct Made<'a> {
    /// Its name in the version that is made.
    pub(crate) ident: Ident,
    pub(crate) ty: &'a Type,
    pub(crate) from: From<'a>,
}

pub(crate) enum From<'a> {
    /// The unchanged value of the field of that name.
    Field(Ident),
    /// The result of a function of the field of that name.
    Changed(&'a ExprPath, Ident),
    /// The default of its type; the identifier is the word `default` in the annotation.
    Default(&'a Ident),
    Value(&'a Expr),
    /// The result of a function of several fields: each as it was written, and its name.
    Function(&'a ExprPath, Vec<(&'a Ident, Ident)>),
}

impl<'a> History<'a> {
    /// The history that is written in `spec`. Everything that is wrong with it is reported.
    pub(crate) fn new(
        input: &'a DeriveInput,
        spec: &'a Spec<'a>,
        version: u32,
        errors: &mut Errors,
    ) -> Option<Self> {
        let attrs = &input.attrs;
        let fields = spec.fields.iter().filter_map(|field| Lifeline::of_field(attrs, field));
        let removed =
            spec.keys.removed.all.iter().map(|removed| Lifeline::of_removed(attrs, removed));
        let history = Self {
            serde: Carried::of_struct(attrs),
            lifelines: fields.chain(removed).collect(),
            version,
        };
        let is_sound = has_names(input, spec, errors)
            && Carried::are_readable_by_field(&history.serde, errors)
            && version_is_there(spec, &history, errors)
            && history.changes_are_possible(errors)
            && history.is_without_gaps(spec.keys.version.value(), errors)
            && history.names_are_distinct(errors)
            && history.functions_have_their_fields(errors);
        is_sound.then_some(history)
    }

    /// The versions before today's, oldest first.
    pub(crate) fn past(&self) -> impl Iterator<Item = u32> + use<> {
        1..self.version
    }

    /// True if a new field has the default of its type in older events.
    pub(crate) fn has_default(&self) -> bool {
        self.lifelines.iter().any(Lifeline::has_default)
    }

    /// The fields as they were in `version`.
    pub(crate) fn fields(&'a self, version: u32) -> impl Iterator<Item = Then<'a>> {
        let there = self.lifelines.iter().filter(move |field| field.is_there(version));
        there.map(move |field| field.then(version))
    }

    /// The fields of `version`, each with its source in the version before.
    pub(crate) fn made(&'a self, version: u32) -> impl Iterator<Item = Made<'a>> {
        let there = self.lifelines.iter().filter(move |field| field.is_there(version));
        there.map(move |field| {
            let is_today = version == self.version;
            let Then { ident, ty, .. } = field.then(version);
            Made {
                ident: if is_today { field.name.clone() } else { ident },
                ty,
                from: self.from(field, version),
            }
        })
    }

    fn from(&'a self, field: &'a Lifeline<'a>, version: u32) -> From<'a> {
        match field.origin(version) {
            Some(Origin::Default(word)) => return From::Default(word),
            Some(Origin::Value(value)) => return From::Value(value),
            Some(Origin::Function(call)) => {
                let named = |word: &'a Ident| (word, self.named(word, version - 1));
                let fields = call.fields.iter().map(named);
                let found = fields.filter_map(|(word, then)| Some((word, then?.ident)));
                return From::Function(&call.function, found.collect());
            }
            None => {}
        }
        let before = field.then(version - 1).ident;
        match field.function(version) {
            Some(function) => From::Changed(function, before),
            None => From::Field(before),
        }
    }

    /// The field that was called `word` in `version`.
    fn named(&'a self, word: &Ident, version: u32) -> Option<Then<'a>> {
        self.fields(version).find(|field| field.ident.unraw() == word.unraw())
    }

    fn changes_are_possible(&self, errors: &mut Errors) -> bool {
        let sound = self.lifelines.iter().map(|field| field.is_sound(self.version, errors));
        sound.fold(true, |all, one| all & one)
    }

    /// True if every version differs from the one before; reports an error if not.
    fn is_without_gaps(&self, literal: Option<&LitInt>, errors: &mut Errors) -> bool {
        let changed: BTreeSet<u32> = self.since().collect();
        let Some(gap) = (2..=self.version).find(|version| !changed.contains(version)) else {
            return true;
        };
        errors.at(
            literal,
            format_args!(
                "nothing says what changed in version {gap}; write `added`, `renamed` or `changed` \
                 with `in = {gap}` on a field, or `removed` on the struct"
            ),
        );
        false
    }

    /// Every version with a change, some twice.
    fn since(&self) -> impl Iterator<Item = u32> {
        self.lifelines.iter().flat_map(|field| {
            let changes = field.changes.iter().map(|change| change.since.version);
            changes.chain(field.removed.map(|since| since.version))
        })
    }

    /// True if no version has two fields of one name; reports an error if not.
    fn names_are_distinct(&self, errors: &mut Errors) -> bool {
        for version in self.past() {
            let mut names: Vec<Ident> = Vec::new();
            for field in self.lifelines.iter().filter(|field| field.is_there(version)) {
                let name = field.then(version).ident.unraw();
                if names.contains(&name) {
                    errors.at(field.name, two_of_one_name(field, &name, version));
                    return false;
                }
                names.push(name);
            }
        }
        true
    }

    fn functions_have_their_fields(&self, errors: &mut Errors) -> bool {
        let mut are_there = true;
        for (version, Call { fields, .. }) in self.lifelines.iter().filter_map(Lifeline::call) {
            for word in fields.iter().filter(|word| self.named(word, version - 1).is_none()) {
                are_there = false;
                errors.at(word, self.no_such_field(word, version - 1));
            }
        }
        are_there
    }

    fn no_such_field(&self, word: &Ident, version: u32) -> String {
        let names = self.fields(version).map(|field| format!("`{}`", field.ident)).take(8);
        let names: Vec<_> = names.collect();
        match names.as_slice() {
            [] => {
                format!("version {version} had no field `{word}`, nor any other; write a `default`")
            }
            names => {
                format!("version {version} had no field `{word}`; it had {}", names.join(", "))
            }
        }
    }
}

fn two_of_one_name(field: &Lifeline<'_>, name: &Ident, version: u32) -> String {
    match field.removed {
        Some(since) => format!(
            "version {version} would have two fields `{name}`; \
             if the one of today is another, write `added(in = {}, default)` on it",
            since.version
        ),
        None => format!(
            "version {version} would have two fields `{name}`; \
             say of one of them that it was `added` later or `renamed`"
        ),
    }
}

/// True if the fields have names and types that are known; reports an error if not.
fn has_names(input: &DeriveInput, spec: &Spec<'_>, errors: &mut Errors) -> bool {
    let Data::Struct(data) = &input.data else { return false };
    let Some(key) = spec.first_change() else { return false };
    let told = if !matches!(data.fields, Fields::Named(_)) {
        "a history is of fields with names"
    } else if !input.generics.params.is_empty() {
        "a struct with parameters has no history of fields"
    } else {
        return true;
    };
    errors.at(
        key,
        format_args!(
            "{told}; keep the old struct as `{0}V1` and write `version = 2, previous = {0}V1`",
            input.ident
        ),
    );
    false
}

/// True if the struct declares its version; reports an error if not.
fn version_is_there(spec: &Spec<'_>, history: &History<'_>, errors: &mut Errors) -> bool {
    if !spec.keys.written.lacks("version") {
        return spec.keys.version.value().is_some();
    }
    if let Some(key) = spec.first_change() {
        errors.at(
            key,
            format_args!(
                "the event has a history and no `version`; write `version = {}` on the struct",
                history.since().max().unwrap_or(2).max(2)
            ),
        );
    }
    false
}
