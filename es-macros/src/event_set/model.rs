//! A sound set of events: variants with one event each.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Generics, Type, Variant};

use crate::allow_deprecated::Deprecation;
use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::EventSetKeys;
use crate::paths;
use crate::superseded::{self, Superseded};

pub(crate) struct EventSet<'a> {
    pub(crate) ident: Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) deprecation: Deprecation,
    pub(crate) members: Vec<Member<'a>>,
    /// The superseded events, which are read as some of the members.
    pub(crate) superseded: Vec<Superseded<'a>>,
    /// True if the enum has variants besides the members, which happens only after a mistake.
    pub(crate) has_non_members: bool,
    pub(crate) krate: CratePath<'a>,
}

/// One event of a set.
pub(crate) struct Member<'a> {
    pub(crate) variant: &'a Ident,
    /// The type of the event, as it was written.
    pub(crate) event: &'a dyn ToTokens,
    /// The word that the compiler underlines.
    pub(crate) blame: Span,
}

impl<'a> EventSet<'a> {
    pub(crate) fn of_enum(
        input: &'a DeriveInput,
        spec: &'a EventSetKeys,
        errors: &mut Errors,
    ) -> Option<Self> {
        let Data::Enum(data) = &input.data else {
            errors.at(
                &input.ident,
                "`EventSet` goes on an enum with one event struct in each variant; \
                 for an event use `#[derive(Event)]`, for a state `#[derive(Aggregate)]`",
            );
            return None;
        };
        if data.variants.is_empty() {
            errors.at(
                &input.ident,
                format_args!(
                    "`{}` has no events; write a variant for each, like `Opened(Opened)`",
                    input.ident
                ),
            );
        }
        let mut is_lost = bounds_itself(input, errors);
        for event in data.variants.iter().filter_map(payload) {
            is_lost |= is_parameter(event, &input.generics, errors);
        }
        if is_lost {
            return None;
        }
        let mut members: Vec<Member<'a>> = Vec::new();
        for variant in &data.variants {
            let member = member(variant, errors);
            members.extend(member.filter(|member| is_new(member, &members, errors)));
        }
        let current: Vec<_> = members.iter().map(|member| member.event).collect();
        Some(Self {
            ident: input.ident.clone(),
            generics: &input.generics,
            deprecation: Deprecation::of(&input.attrs),
            superseded: superseded::of_list(&spec.superseded, &current, &input.generics, errors),
            has_non_members: members.len() < data.variants.len(),
            members,
            krate: CratePath::new(&spec.krate, errors),
        })
    }

    /// True if there is no variant at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty() && !self.has_non_members
    }

    /// True if there are at least two names, which could clash.
    pub(crate) fn has_several(&self) -> bool {
        self.members.len() + self.superseded.len() > 1
    }

    /// True if the set is generic, so that its types are known only where it is used.
    pub(crate) fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// The arm for variants that are no members. It stands beside the error that reports them, and
    /// never runs.
    pub(crate) fn non_members(&self) -> Option<TokenStream> {
        self.has_non_members.then(|| quote!(_ => ::core::unimplemented!(),))
    }
}

/// True if `event` is a type parameter, which is no event but could become any type at all; reports
/// an error if so.
pub(crate) fn is_parameter(event: &dyn ToTokens, generics: &Generics, errors: &mut Errors) -> bool {
    let mut words = event.to_token_stream().into_iter();
    let Some(TokenTree::Ident(first)) = words.next() else {
        return false;
    };
    let is_parameter = generics.type_params().any(|parameter| parameter.ident == first);
    if is_parameter {
        errors.at(
            event,
            format_args!(
                "`{}` could be anything; name the event, \
                 its own parameters may be generic like in `Put<{first}>`",
                paths::text(event)
            ),
        );
    }
    is_parameter
}

/// True if a bound of `input` mentions `Self`; reports an error if so. The items of an expansion
/// take over the bounds, and each has another `Self` or none.
pub(crate) fn bounds_itself(input: &DeriveInput, errors: &mut Errors) -> bool {
    let generics = &input.generics;
    let this =
        paths::find("Self", generics).or_else(|| paths::find("Self", &generics.where_clause));
    let Some(this) = this else {
        return false;
    };
    let ident = &input.ident;
    let (_, ty_generics, _) = generics.split_for_impl();
    errors.at(
        this,
        format_args!(
            "a bound on `Self` cannot be shared with the conversions of the events; \
             write `{}` or remove it",
            paths::text(&quote!(#ident #ty_generics))
        ),
    );
    true
}

/// The only field of a variant, if it has exactly one and that is unnamed.
fn payload(variant: &Variant) -> Option<&Type> {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
            fields.unnamed.first().map(|field| &field.ty)
        }
        Fields::Named(_) | Fields::Unnamed(_) | Fields::Unit => None,
    }
}

fn member<'a>(variant: &'a Variant, errors: &mut Errors) -> Option<Member<'a>> {
    let ident = &variant.ident;
    let Some(event) = payload(variant) else {
        errors.at(
            ident,
            format_args!(
                "the variant `{ident}` does not hold exactly one event; \
                 write `{ident}({ident})` and put the fields on the struct `{ident}`"
            ),
        );
        return None;
    };
    Some(Member { variant: ident, event, blame: blame(event) })
}

/// True if no variant before it holds the same event; two variants would give two conversions into
/// the set.
fn is_new(member: &Member<'_>, before: &[Member<'_>], errors: &mut Errors) -> bool {
    let text = |member: &Member<'_>| member.event.to_token_stream().to_string();
    let event = text(member);
    let Some(other) = before.iter().find(|other| text(other) == event) else {
        return true;
    };
    errors.at(
        member.event,
        format_args!(
            "`{}` is in the variant `{}` already; an event has one variant, remove this one",
            event.replace(' ', ""),
            other.variant
        ),
    );
    false
}

/// The span of the last word of a path, which names the event; the first may be a module.
fn blame(event: &Type) -> Span {
    match event {
        Type::Path(event) => {
            event.path.segments.last().map_or_else(|| event.span(), |last| last.ident.span())
        }
        other => other.span(),
    }
}
