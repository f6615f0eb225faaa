//! `#[derive(Aggregate)]`.

mod expand;
mod model;
mod snapshot;
mod unfit;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Type};

use crate::diagnostics::{Errors, Slot};
use crate::keys::{self, AggregateKeys, BareEvents, Entry};

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    let spec = spec(input, errors);
    let model = model::Aggregate::new(input, &spec, errors);
    let completion = errors.completion(model.krate);
    let written = expand::aggregate(&model);
    quote!(#completion #written)
}

/// The events that `#[aggregate(…)]` lists, for another derive on the same struct.
pub(crate) struct Listed {
    pub(crate) events: Slot<Vec<Entry>>,
    pub(crate) superseded: Slot<BareEvents>,
    /// The enum that holds the events in place of a list.
    pub(crate) event: Slot<Type>,
}

/// Reads the events from the annotation. Mistakes in it are left to the derive of the aggregate,
/// which reports them.
pub(crate) fn listed(input: &DeriveInput) -> Listed {
    let mut told = Errors::default();
    let spec = spec(input, &mut told);
    drop(told.report());
    Listed { events: spec.events, superseded: spec.superseded, event: spec.event.ty }
}

fn spec(input: &DeriveInput, errors: &mut Errors) -> AggregateKeys {
    let spec = keys::read(&input.attrs, errors);
    keys::none_on_fields::<AggregateKeys>(
        input,
        "`aggregate` goes on the struct; a field takes `#[shape(opaque)]` and nothing else",
        errors,
    );
    spec
}
