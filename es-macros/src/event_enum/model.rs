//! The enum for a list of events.

use proc_macro2::Ident;
use quote::format_ident;
use syn::DeriveInput;

use crate::allow_deprecated::Deprecation;
use crate::crate_path::CratePath;
use crate::diagnostics::{Errors, Slot};
use crate::event_set::{EventSet, Member, bounds_itself, is_parameter};
use crate::keys::{BareEvents, Entry};
use crate::paths;
use crate::superseded;

/// The set named after the struct `input`, with the suffix `Event`. Everything that is wrong with
/// it is reported.
pub(crate) fn of_list<'a>(
    input: &'a DeriveInput,
    entries: &[&'a Entry],
    superseded: &'a Slot<BareEvents>,
    krate: CratePath<'a>,
    errors: &mut Errors,
) -> EventSet<'a> {
    named(format_ident!("{}Event", input.ident), input, entries, superseded, krate, errors)
}

/// The set `ident`, for the struct `input`. Everything that is wrong with it is reported.
pub(crate) fn named<'a>(
    ident: Ident,
    input: &'a DeriveInput,
    entries: &[&'a Entry],
    superseded: &'a Slot<BareEvents>,
    krate: CratePath<'a>,
    errors: &mut Errors,
) -> EventSet<'a> {
    let generics = &input.generics;
    let mut has_non_members = entries.is_empty() && !generics.params.is_empty();
    has_non_members |= bounds_itself(input, errors);
    has_non_members |= !entries.is_empty() && unused_parameters(input, entries, errors);
    let mut members = Vec::new();
    for &entry in entries {
        if is_parameter(&entry.path, generics, errors) {
            has_non_members = true;
        } else if entry.path.is_ident(&ident) {
            errors.at(
                &entry.path,
                format_args!(
                    "`{ident}` is the enum that is written from this list; \
                     list the events that it shall hold"
                ),
            );
        } else {
            members.extend(member(entry));
        }
    }
    let current: Vec<_> = members.iter().map(|member: &Member<'_>| member.event).collect();
    EventSet {
        ident,
        generics,
        deprecation: Deprecation::of(&input.attrs),
        superseded: superseded::of_list(superseded, &current, generics, errors),
        members,
        has_non_members,
        krate,
    }
}

fn member(entry: &Entry) -> Option<Member<'_>> {
    Some(Member { variant: entry.variant()?, event: &entry.path, blame: entry.last()?.span() })
}

/// Reports every parameter that no event mentions: the enum could not have it.
fn unused_parameters(input: &DeriveInput, entries: &[&Entry], errors: &mut Errors) -> bool {
    let mut any = false;
    for parameter in input.generics.type_params() {
        let ident = &parameter.ident;
        if !entries.iter().any(|entry| mentions(entry, ident)) {
            any = true;
            errors.at(
                ident,
                format_args!(
                    "no event mentions the parameter `{ident}`, so that nothing stored could \
                     bring it back; list an event that does, like `Put<{ident}>`, or remove it"
                ),
            );
        }
    }
    any
}

fn mentions(entry: &Entry, parameter: &Ident) -> bool {
    paths::find(&parameter.to_string(), &entry.path).is_some()
}
