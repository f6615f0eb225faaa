//! Annotations whose derive is missing.
//!
//! The compiler knows the attribute of a derive only beside that derive. Without the derive an
//! attribute macro of the same name takes its place: it reports the missing derive, and writes what
//! the derive would have written.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Fields, parse_quote};

use crate::diagnostics::Errors;
use crate::{activity, aggregate, command, decision_model, event, event_set, projection, saga};

/// The annotation `#[attribute(…)]` of `#[derive(name)]`.
pub(crate) struct Underived {
    pub(crate) attribute: &'static str,
    pub(crate) name: &'static str,
    pub(crate) derive: fn(&DeriveInput, &mut Errors) -> TokenStream,
}

pub(crate) const EVENT: Underived =
    Underived { attribute: "event", name: "Event", derive: event::derive };

pub(crate) const AGGREGATE: Underived =
    Underived { attribute: "aggregate", name: "Aggregate", derive: aggregate::derive };

pub(crate) const EVENT_SET: Underived =
    Underived { attribute: "event_set", name: "EventSet", derive: event_set::derive };

pub(crate) const DECISION_MODEL: Underived = Underived {
    attribute: "decision_model",
    name: "DecisionModel",
    derive: decision_model::derive,
};

pub(crate) const PROJECTION: Underived =
    Underived { attribute: "projection", name: "Projection", derive: projection::derive };

pub(crate) const COMMAND: Underived =
    Underived { attribute: "command", name: "Command", derive: command::derive };

pub(crate) const ACTIVITY: Underived =
    Underived { attribute: "activity", name: "Activity", derive: activity::derive };

pub(crate) const SAGA: Underived =
    Underived { attribute: "saga", name: "Saga", derive: saga::derive };

impl Underived {
    /// The `item` without the annotation, its expansion by the derive, so that no use of it is a
    /// mistake as well, and the mistake.
    pub(crate) fn expand(&self, keys: &TokenStream, item: &TokenStream) -> TokenStream {
        let Self { attribute, name, derive } = self;
        let mut errors = Errors::default();
        errors.push(syn::Error::new(
            Span::call_site(),
            format_args!(
                "`#[{attribute}(…)]` is read by a derive, which is missing; \
                 write `#[derive({name})]` above it"
            ),
        ));
        let Ok(mut input) = syn::parse2::<DeriveInput>(item.clone()) else {
            let told = errors.report();
            return quote!(#item #told);
        };
        let mut bare = input.clone();
        self.strip(&mut bare);
        input.attrs.insert(0, self.annotation(keys));
        let derived = derive(&input, &mut errors);
        let derived = errors.report_beside(derived);
        quote!(#bare #derived)
    }

    /// The annotation in the form that the derive reads.
    fn annotation(&self, keys: &TokenStream) -> Attribute {
        let attribute = Ident::new(self.attribute, Span::call_site());
        if keys.is_empty() {
            parse_quote!(#[#attribute])
        } else {
            parse_quote!(#[#attribute(#keys)])
        }
    }

    /// Removes the annotations that nothing would read.
    fn strip(&self, input: &mut DeriveInput) {
        let strip = |attrs: &mut Vec<Attribute>| {
            attrs.retain(|attribute| !attribute.path().is_ident(self.attribute));
        };
        strip(&mut input.attrs);
        let strip_fields =
            |fields: &mut Fields| fields.iter_mut().for_each(|field| strip(&mut field.attrs));
        match &mut input.data {
            Data::Struct(data) => strip_fields(&mut data.fields),
            Data::Enum(data) => {
                data.variants.iter_mut().for_each(|variant| strip_fields(&mut variant.fields));
            }
            Data::Union(_) => {}
        }
    }
}
