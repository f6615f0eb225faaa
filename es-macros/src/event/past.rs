//! Reading of the older versions of an event.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{DeriveInput, Type};

use super::history::History;
use super::model::Spec;
use crate::diagnostics::Errors;
use crate::paths;

pub(crate) enum Past<'a> {
    /// No older version, or none that was understood.
    None,
    /// Another struct, from which this one is made.
    Previous(Previous<'a>),
    /// The history of the fields.
    Fields(History<'a>),
}

/// The struct of the version before.
pub(crate) struct Previous<'a> {
    pub(crate) ty: &'a Type,
    /// The word that the compiler underlines.
    pub(crate) blame: Span,
}

impl<'a> Past<'a> {
    /// The past that is written in `spec`. Everything that is wrong with it is reported.
    pub(crate) fn new(
        input: &'a DeriveInput,
        spec: &'a Spec<'a>,
        version: u32,
        errors: &mut Errors,
    ) -> Self {
        let Some(key) = spec.keys.previous.key() else {
            return Self::of_fields(input, spec, version, errors);
        };
        let Some(ty) = spec.keys.previous.value() else { return Self::None };
        if let Some(change) = spec.first_change() {
            errors.at(
                change,
                format_args!(
                    "an event has a `previous` or a history of its fields; \
                     write what happened before on the fields of `{}`",
                    paths::text(ty)
                ),
            );
        } else if spec.keys.written.lacks("version")
            || spec.keys.version.value().is_some() && version == 1
        {
            errors.at(
                key,
                "the first version has no previous one; write `version = 2`, or leave `previous` out",
            );
        } else if spec.keys.version.value().is_some() {
            return Self::Previous(Previous { ty, blame: blame(ty) });
        }
        Self::None
    }

    fn of_fields(
        input: &'a DeriveInput,
        spec: &'a Spec<'a>,
        version: u32,
        errors: &mut Errors,
    ) -> Self {
        if spec.is_past_unclear() {
            return Self::None;
        }
        if spec.first_change().is_some() {
            return History::new(input, spec, version, errors).map_or(Self::None, Self::Fields);
        }
        if version > 1 && spec.has_no_past() {
            let ident = &input.ident;
            let before = version - 1;
            errors.at(
                spec.keys.version.value(),
                format_args!(
                    "nothing says how version {before} is read; keep its struct and write \
                     `previous = {ident}V{before}`, or write on the fields what changed, \
                     like `#[event(added(in = {version}, default))]`"
                ),
            );
        }
        Self::None
    }
}

impl Spec<'_> {
    /// The first key that declares a change of a field.
    pub(crate) fn first_change(&self) -> Option<&proc_macro2::Ident> {
        let of_fields = self.fields.iter().flat_map(|field| &field.keys.changes.all);
        let removed = self.keys.removed.all.iter().map(|removed| &removed.key);
        of_fields.map(|change| &change.key).chain(removed).next()
    }

    /// True if the history of the fields could not be read, which has been reported.
    fn is_past_unclear(&self) -> bool {
        self.keys.removed.is_unclear
            || self.fields.iter().any(|field| field.keys.changes.is_unclear)
    }

    /// True if nothing was written of older versions, rather than written wrongly.
    fn has_no_past(&self) -> bool {
        self.keys.written.lacks("previous")
            && self.keys.written.is_known()
            && self.written_on_fields.is_known()
    }
}

/// The span of the last word of a path, which names the struct; the first may be a module.
fn blame(ty: &Type) -> Span {
    match ty {
        Type::Path(ty) => {
            ty.path.segments.last().map_or_else(|| ty.span(), |last| last.ident.span())
        }
        other => other.span(),
    }
}
