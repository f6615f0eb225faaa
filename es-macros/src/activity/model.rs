//! An activity that is sound.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Generics, parse_quote};

use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::ActivityKeys;
use crate::name;
use crate::reject_lifetimes::owned;
use crate::version;

pub(crate) struct Activity<'a> {
    pub(crate) input: &'a DeriveInput,
    /// The generics of the struct, each type able to be stored.
    pub(crate) generics: Generics,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) output: TokenStream,
    pub(crate) krate: CratePath<'a>,
}

impl<'a> Activity<'a> {
    pub(crate) fn new(input: &'a DeriveInput, spec: &'a ActivityKeys, errors: &mut Errors) -> Self {
        let generics = owned("an activity", &input.generics, errors);
        let is_struct = is_struct(input, errors);
        let krate = CratePath::new(&spec.krate, errors);
        let name = name(input, spec, is_struct, errors).unwrap_or_else(|| placeholder(input));
        let version = spec.version.value().and_then(|literal| version::read(literal, errors));
        Self {
            input,
            generics: stored(generics, krate),
            name,
            version: version.unwrap_or(1),
            output: output(spec, errors),
            krate,
        }
    }
}

fn is_struct(input: &DeriveInput, errors: &mut Errors) -> bool {
    if matches!(input.data, Data::Struct(_)) {
        return true;
    }
    errors.at(
        &input.ident,
        "`Activity` goes on a struct, one for each thing that is asked for; \
         make every variant a struct of its own",
    );
    false
}

/// Adds the bounds of stored data to each type parameter.
fn stored(mut generics: Generics, krate: CratePath<'_>) -> Generics {
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#krate::__private::Part));
    }
    generics
}

fn name(
    input: &DeriveInput,
    spec: &ActivityKeys,
    is_struct: bool,
    errors: &mut Errors,
) -> Option<String> {
    if let Some(literal) = spec.name.value() {
        return name::ACTIVITY.check(literal, errors);
    }
    let ident = &input.ident;
    let suggestion = name::suggestion(ident);
    match &spec.written.place {
        Some(place) if is_struct && spec.written.misses("name") => errors.at(
            place,
            format_args!(
                "`name` is missing; write `#[activity(name = \"{suggestion}\")]`: \
                 it is what is stored, so that the struct may be renamed"
            ),
        ),
        None if is_struct => errors.at(
            ident,
            format_args!(
                "the activity `{ident}` has no name to be stored under; \
                 write `#[activity(name = \"{suggestion}\")]` on it"
            ),
        ),
        _ => {}
    }
    None
}

/// A name for an activity whose own is missing or wrong: no two structs of a module share it.
fn placeholder(input: &DeriveInput) -> String {
    let mut name = input.ident.unraw().to_string();
    name.retain(|c| c.is_ascii_alphanumeric());
    name.truncate(80);
    format!("unnamed.{name}")
}

/// The type of the answer. If the key may have been meant and a mistake hides it, it is any type.
fn output(spec: &ActivityKeys, errors: &Errors) -> TokenStream {
    match spec.output.value() {
        Some(output) => output.to_token_stream(),
        None if spec.written.misses("output") => quote!(()),
        None => errors.stand_in(),
    }
}
