//! The schema of one version of an event, in which a type without `Shape` is opaque.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Attribute, Fields, GenericArgument, Generics, PathArguments, Type};

use super::path::path;
use super::stored::{Kind, Member, Place, Stored};

/// An expression, the `Schema` of a struct called `ident` with these attributes and fields. What
/// stands for an old version need not be called as it is told. Where it stands, `__s` is
/// `__private::shape`.
pub(crate) fn schema(
    ident: &Ident,
    generics: &Generics,
    attributes: &[Attribute],
    fields: &Fields,
) -> TokenStream {
    let path = path(ident, generics, |parameter| {
        let ident = &parameter.ident;
        quote!(::core::any::type_name::<#ident>())
    });
    let Stored { kind: of, others } = Stored::of_struct(attributes, fields);
    let kind = kind(&of);
    let others = (!others.is_empty()).then(|| quote!(; [#(#others),*]));
    quote!(__s::schema!(Self, #path, #kind #others))
}

fn kind(kind: &Kind<'_>) -> TokenStream {
    match kind {
        Kind::Newtype(place) => {
            let place = self::place(*place);
            quote!((= #place))
        }
        Kind::Tuple(places) => {
            let places = places.iter().copied().map(place);
            quote!((#(#places),*))
        }
        Kind::Object(members) => {
            let members = members.iter().map(member);
            quote!({ #(#members),* })
        }
        // A struct is none of the others.
        Kind::Unit | Kind::Enum(..) | Kind::ByFunction(_) => quote!(null),
    }
}

fn member(member: &Member<'_>) -> TokenStream {
    let Member { name, place, is_optional, is_flattened, others } = member;
    let optional = is_optional.then(|| quote!(optional));
    let mark = if *is_flattened { Some(quote!(flattened)) } else { optional };
    let place = marked(*place, mark.as_ref());
    let others = (!others.is_empty()).then(|| quote!(; [#(#others),*]));
    quote!(#name #place #others)
}

fn place(place: Place<'_>) -> TokenStream {
    marked(place, None)
}

/// `optional : Option<Owner> => Owner`: the type, and behind it what it holds.
fn marked(place: Place<'_>, mark: Option<&TokenStream>) -> TokenStream {
    let of = &place.field.ty;
    if place.is_by_function {
        return quote!(opaque #mark : #of);
    }
    let held = std::iter::successors(held(of), |of| held(of));
    quote!(#mark : #of #(=> #held)*)
}

/// `T` in `Option<T>`, `Vec<T>` and `Box<T>`. What another type of such a name is, the compiler
/// knows: it then finds no form within.
fn held(of: &Type) -> Option<&Type> {
    let Type::Path(of) = of else {
        return None;
    };
    let last = of.path.segments.last()?;
    let is_known = ["Option", "Vec", "Box"].iter().any(|known| last.ident == known);
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if is_known && arguments.args.len() == 1 => {
            match arguments.args.first()? {
                GenericArgument::Type(held) => Some(held),
                _ => None,
            }
        }
        _ => None,
    }
}
