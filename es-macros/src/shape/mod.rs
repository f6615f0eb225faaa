//! `#[derive(Shape)]`, also for the state of an aggregate, and the parts of it that events use.

mod case;
mod definition;
mod expand;
mod model;
mod path;
mod schema;
mod serde;
mod source;
mod stored;
mod versions;

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Attribute, DeriveInput};

pub(crate) use expand::shape;
pub(crate) use model::Shape;
pub(crate) use schema::schema;
pub(crate) use stored::key;

use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::{self, ShapeKeys};
use crate::reject_lifetimes::is_owned;

pub(crate) fn derive(input: &DeriveInput, errors: &mut Errors) -> TokenStream {
    if !is_owned("a state", &input.generics, errors) {
        return TokenStream::new();
    }
    if input.attrs.iter().any(names_snapshots) {
        // The place of a derive is its word in `#[derive(…)]`.
        errors.push(syn::Error::new(
            Span::call_site(),
            "`Aggregate` writes the shape of a state that has snapshots; leave `Shape` out",
        ));
        return TokenStream::new();
    }
    let ShapeKeys { krate, .. } = keys::read(&input.attrs, errors);
    keys::none_on_variants::<ShapeKeys>(
        input,
        "`shape` goes on the enum or on a field, not on a variant; move it there",
        errors,
    );
    let krate = CratePath::new(&krate, errors);
    let shape = Shape::new(input, krate, errors).map(|model| shape(&model));
    let completion = errors.completion(krate);
    quote::quote!(#completion #shape)
}

/// True if the attribute is `#[aggregate(…, snapshot(…))]`.
fn names_snapshots(attr: &Attribute) -> bool {
    let is_snapshot = |token| matches!(token, TokenTree::Ident(word) if word == "snapshot");
    attr.path().is_ident("aggregate")
        && attr
            .meta
            .require_list()
            .is_ok_and(|keys| keys.tokens.clone().into_iter().any(is_snapshot))
}
