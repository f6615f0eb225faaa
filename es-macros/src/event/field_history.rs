//! The history of one field over the versions: its lifetime, names and types.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Attribute, ExprPath, LitStr, Type};

use super::carried_serde_attrs::Carried;
use super::model::FieldSpec;
use crate::diagnostics::Errors;
use crate::keys::{Call, Change, Kind, Origin, Removed, Since};
use crate::shape;

/// A current field, or one that was removed.
pub(crate) struct Lifeline<'a> {
    /// The current name, or the last one of a removed field.
    pub(crate) name: &'a Ident,
    /// The current type, or the last one of a removed field.
    pub(crate) ty: &'a Type,
    /// The current key in the stored event, or the last one of a removed field.
    key: String,
    serde: Vec<Carried>,
    pub(crate) changes: &'a [Change],
    /// The first version without it.
    pub(crate) removed: Option<&'a Since>,
}

/// The field as it was in one version.
pub(crate) struct Then<'a> {
    /// The name in that version; the current name if the old one is no identifier of Rust.
    pub(crate) ident: Ident,
    /// The key under which it was stored, if it was renamed later.
    pub(crate) key: Option<&'a LitStr>,
    pub(crate) ty: &'a Type,
    pub(crate) serde: Vec<&'a Carried>,
}

impl<'a> Lifeline<'a> {
    /// The history of a current field. A field without a name has none.
    pub(crate) fn of_field(of_struct: &[Attribute], spec: &'a FieldSpec<'a>) -> Option<Self> {
        let name = spec.field.ident.as_ref()?;
        Some(Self {
            name,
            ty: &spec.field.ty,
            key: shape::key(of_struct, name, &spec.field.attrs),
            serde: Carried::all(&spec.field.attrs),
            changes: &spec.keys.changes.all,
            removed: None,
        })
    }

    pub(crate) fn of_removed(of_struct: &[Attribute], removed: &'a Removed) -> Self {
        Self {
            name: &removed.name,
            ty: &removed.ty,
            key: shape::key(of_struct, &removed.name, &[]),
            serde: Vec::new(),
            changes: &removed.changes,
            removed: Some(&removed.since),
        }
    }

    /// The version that added the field, with its value in older events; `None` if it exists from
    /// the beginning.
    fn added(&self) -> Option<(&'a Since, &'a Origin)> {
        self.changes.iter().find_map(|change| match &change.kind {
            Kind::Added(origin) => Some((&change.since, origin)),
            Kind::Renamed(_) | Kind::Changed(..) => None,
        })
    }

    pub(crate) fn has_default(&self) -> bool {
        matches!(self.added(), Some((_, Origin::Default(_))))
    }

    /// The value in older events, if the field is new in `version`.
    pub(crate) fn origin(&self, version: u32) -> Option<&'a Origin> {
        self.added().filter(|(since, _)| since.version == version).map(|(_, origin)| origin)
    }

    /// The function that makes the value of a new field, and the version that added the field.
    pub(crate) fn call(&self) -> Option<(u32, &'a Call)> {
        match self.added()? {
            (since, Origin::Function(call)) => Some((since.version, call)),
            (_, Origin::Default(_) | Origin::Value(_)) => None,
        }
    }

    /// The function that converts old values to the type of `version`.
    pub(crate) fn function(&self, version: u32) -> Option<&'a ExprPath> {
        self.changes.iter().find_map(|change| match &change.kind {
            Kind::Changed(_, function) if change.since.version == version => Some(function),
            _ => None,
        })
    }

    pub(crate) fn is_there(&self, version: u32) -> bool {
        self.added().is_none_or(|(since, _)| since.version <= version)
            && self.removed.is_none_or(|since| version < since.version)
    }

    /// The field as it was in `version`.
    pub(crate) fn then(&'a self, version: u32) -> Then<'a> {
        let later = || self.changes.iter().filter(move |change| change.since.version > version);
        let next = |pick: fn(&'a Kind) -> bool| {
            later().filter(|change| pick(&change.kind)).min_by_key(|change| change.since.version)
        };
        let key =
            next(|kind| matches!(kind, Kind::Renamed(_))).and_then(|change| match &change.kind {
                Kind::Renamed(from) => Some(from),
                Kind::Added(_) | Kind::Changed(..) => None,
            });
        let old =
            next(|kind| matches!(kind, Kind::Changed(..))).and_then(|change| match &change.kind {
                Kind::Changed(from, _) => Some(&**from),
                Kind::Added(_) | Kind::Renamed(_) => None,
            });
        let serde = self.serde.iter().filter(|carried| match (key, old) {
            (None, None) => true,
            (None, Some(_)) => carried.is_of_the_key(),
            (Some(_), None) => !carried.is_of_the_key(),
            (Some(_), Some(_)) => false,
        });
        Then {
            ident: key.map_or_else(|| here(self.name), |key| ident(key, self.name)),
            key,
            ty: old.unwrap_or(self.ty),
            serde: serde.collect(),
        }
    }

    /// True if the changes can have happened in this order, up to `version`; reports an error if
    /// not.
    pub(crate) fn is_sound(&self, version: u32, errors: &mut Errors) -> bool {
        let mut is_sound = true;
        for (nth, change) in self.changes.iter().enumerate() {
            is_sound &=
                change.since.is_within(version, errors) && self.is_possible(nth, change, errors);
        }
        is_sound
            & self.removed.is_none_or(|since| since.is_within(version, errors))
            & self.renames_are_changes(errors)
    }

    /// True if each former key differs from the next one; reports an error if not.
    fn renames_are_changes(&self, errors: &mut Errors) -> bool {
        let mut renames: Vec<_> = self.changes.iter().filter_map(Change::renamed).collect();
        renames.sort_by_key(|(since, _)| std::cmp::Reverse(*since));
        let mut next = self.key.clone();
        for (_, from) in renames {
            if from.value() == next {
                errors.at(
                    from,
                    format_args!(
                        "the field is still stored as `{next}` after that; write the key that it had \
                         before, or remove `renamed`"
                    ),
                );
                return false;
            }
            next = from.value();
        }
        true
    }

    /// True if the change at `nth` is compatible with the others; reports an error if not.
    fn is_possible(&self, nth: usize, change: &Change, errors: &mut Errors) -> bool {
        let Change { key, since, .. } = change;
        let at = since.version;
        // Only the second of two that exclude each other is told.
        let mut before = self.changes.iter().take(nth).filter(|other| other.key == *key);
        let told = if matches!(change.kind, Kind::Added(_)) {
            before.next().map(|_| "a field is added once; remove one of the two".to_owned())
        } else {
            before.find(|other| other.since.version == at).map(|_| {
                format!("the field is {key} twice in version {at}; write one step for each version")
            })
        };
        let told = told.or_else(|| {
            let (added, _) = self.added()?;
            let is_later = matches!(change.kind, Kind::Added(_)) || at > added.version;
            let added = added.version;
            (!is_later).then(|| {
                format!(
                    "the field is there since version {added}, so it cannot be {key} in version {at}; \
                     write a later version, or an earlier one at `added`"
                )
            })
        });
        let told = told.or_else(|| {
            let removed = self.removed?.version;
            (at >= removed).then(|| {
                format!(
                    "the field is gone in version {removed}, so it cannot be {key} in version {at}; \
                     write an earlier version"
                )
            })
        });
        match told {
            Some(told) => errors.at(&since.literal, told),
            None => return true,
        }
        false
    }
}

impl Since {
    /// True if this is a version from 2 to `version`; reports an error if not.
    fn is_within(&self, version: u32, errors: &mut Errors) -> bool {
        let Self { literal, version: since } = self;
        if *since < 2 {
            errors.at(
                literal,
                "nothing changed in the first version; write the first version that was otherwise, from 2",
            );
        } else if *since > version {
            errors.at(
                literal,
                format_args!("the event is at version {version}; write `version = {since}` on the struct, or an earlier version here"),
            );
        } else {
            return true;
        }
        false
    }
}

/// The name with the span of the expansion.
fn here(name: &Ident) -> Ident {
    let mut name = name.clone();
    name.set_span(Span::call_site());
    name
}

/// A field's name from the key under which it was stored.
fn ident(key: &LitStr, name: &Ident) -> Ident {
    let key = key.value();
    let raw = || syn::parse_str::<Ident>(&format!("r#{key}"));
    match syn::parse_str::<Ident>(&key).or_else(|_| raw()) {
        Ok(ident) => here(&ident),
        Err(_) => format_ident!("__{}", name.unraw(), span = Span::call_site()),
    }
}
