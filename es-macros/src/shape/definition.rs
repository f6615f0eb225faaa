//! The definition of a type, written from its fields and their serde attributes.
//!
//! The tokens stand where `__t` is the `Types` and `__s` is `__private::shape`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, DataEnum, Field, Fields, GenericArgument, Generics, PathArguments, Type};

use super::case::Case;
use super::serde::Serde;
use super::source::text_of;
use crate::paths;

/// How the form of a field is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// Of `Shape`: a type without it does not compile. The fields that are `opaque` are not asked.
    Strictly {
        /// Whether a field says that it is not to be looked at.
        is_opaque: fn(&Field) -> bool,
    },
    /// Of `Shape` if the type has it, and of the types within `Option`, `Vec` and `Box`. All else is
    /// opaque; so are these parameters, of which it cannot be seen what they will have.
    Leniently(&'a Generics),
}

/// The definition of a struct that has these attributes and fields.
pub(crate) fn of_struct(
    attributes: &[Attribute],
    fields: &Fields,
    asked: Asked<'_>,
) -> TokenStream {
    let serde = Serde::of(attributes);
    let naming = Naming { case: serde.case("rename_all"), is_optional: serde.has("default") };
    let kind = match transparent(fields).filter(|_| serde.has("transparent")) {
        Some(field) => {
            let form = form(field, asked);
            quote!(__s::Kind::Newtype(#form))
        }
        None => kind(fields, naming, asked),
    };
    // On a struct, a tag is one more field with the name.
    let told: &[_] = if serde.has("tag") {
        &["rename_all", "transparent", "default"]
    } else {
        &["rename_all", "transparent", "default", "rename"]
    };
    definition(&kind, &serde.others(told))
}

/// The definition of an enum that has these attributes.
pub(crate) fn of_enum(attributes: &[Attribute], data: &DataEnum, asked: Asked<'_>) -> TokenStream {
    let serde = Serde::of(attributes);
    let tagging = tagging(&serde);
    let variants = data.variants.iter().filter_map(|variant| {
        let own = Serde::of(&variant.attrs);
        if own.has("skip") {
            return None;
        }
        let name = name(
            &variant.ident,
            &own,
            serde.case("rename_all").map(|case| move |name: &str| case.variant(name)),
        );
        let case = own.case("rename_all").or_else(|| serde.case("rename_all_fields"));
        let kind = if own.is_by_function() {
            let name = variant.ident.to_string();
            quote!(__s::Kind::Newtype(__s::opaque_form(#name)))
        } else {
            kind(&variant.fields, Naming { case, is_optional: false }, asked)
        };
        let others = own.others(&["rename", "rename_all"]);
        Some(quote!(__s::variant(#name, #kind, &[#(#others),*])))
    });
    let kind = quote! {
        __s::Kind::Enum(__s::Enum { tagging: #tagging, variants: ::std::vec![#(#variants),*] })
    };
    let told = ["tag", "content", "untagged", "rename", "rename_all", "rename_all_fields"];
    definition(&kind, &serde.others(&told))
}

fn definition(kind: &TokenStream, others: &[String]) -> TokenStream {
    if others.is_empty() {
        quote!(__s::Definition::new(#kind))
    } else {
        quote!(__s::definition(#kind, &[#(#others),*]))
    }
}

fn tagging(serde: &Serde) -> TokenStream {
    match (serde.text("tag"), serde.text("content")) {
        (Some(tag), Some(content)) => quote! {
            __s::Tagging::Adjacent {
                tag: ::std::string::String::from(#tag),
                content: ::std::string::String::from(#content),
            }
        },
        (Some(tag), None) => quote!(__s::Tagging::Internal(::std::string::String::from(#tag))),
        _ if serde.has("untagged") => quote!(__s::Tagging::Untagged),
        _ => quote!(__s::Tagging::External),
    }
}

/// What the type says of all its fields.
#[derive(Clone, Copy)]
struct Naming {
    case: Option<Case>,
    is_optional: bool,
}

fn kind(fields: &Fields, naming: Naming, asked: Asked<'_>) -> TokenStream {
    let is_stored = |field: &&Field| !Serde::of(&field.attrs).has("skip");
    match fields {
        Fields::Named(_) => {
            let fields = fields.iter().filter(is_stored);
            let fields = fields.map(|field| object_field(field, naming, asked));
            quote!(__s::object() #(#fields)* .kind())
        }
        Fields::Unnamed(only) if only.unnamed.len() == 1 => {
            let form = fields.iter().map(|field| form(field, asked));
            quote!(__s::Kind::Newtype(#(#form)*))
        }
        Fields::Unnamed(_) => {
            let forms = fields.iter().filter(is_stored).map(|field| form(field, asked));
            quote!(__s::Kind::Tuple(::std::vec![#(#forms),*]))
        }
        Fields::Unit => quote!(__s::Kind::Unit),
    }
}

/// The field as which a transparent struct is stored.
fn transparent(fields: &Fields) -> Option<&Field> {
    fields.iter().find(|field| {
        let is_phantom = matches!(&field.ty, Type::Path(of)
            if of.path.segments.last().is_some_and(|last| last.ident == "PhantomData"));
        !is_phantom && !Serde::of(&field.attrs).has("skip")
    })
}

fn object_field(field: &Field, naming: Naming, asked: Asked<'_>) -> TokenStream {
    let Some(ident) = &field.ident else {
        return TokenStream::new();
    };
    let serde = Serde::of(&field.attrs);
    let name = name(ident, &serde, naming.case.map(|case| move |name: &str| case.field(name)));
    let form = form(field, asked);
    if serde.has("flatten") {
        return quote!(.flattened(#name, #form, __t));
    }
    let has_default = naming.is_optional || serde.has("default") || serde.has("skip_deserializing");
    let field =
        if has_default { quote!(.optional(#name, #form)) } else { quote!(.field(#name, #form)) };
    let others = serde.others(&["rename", "default"]);
    let with = (!others.is_empty()).then(|| quote!(.with(&[#(#others),*])));
    quote!(#field #with)
}

/// The name as it is stored.
fn name(ident: &Ident, serde: &Serde, case: Option<impl Fn(&str) -> String>) -> String {
    let name = ident.unraw().to_string();
    match (serde.text("rename"), case) {
        (Some(renamed), _) => renamed,
        (None, Some(case)) => case(&name),
        (None, None) => name,
    }
}

/// The form of what a field holds.
fn form(field: &Field, asked: Asked<'_>) -> TokenStream {
    let of = &field.ty;
    let is_by_function = Serde::of(&field.attrs).is_by_function();
    match asked {
        Asked::Strictly { is_opaque } if is_by_function || is_opaque(field) => {
            let name = text_of(of.to_token_stream());
            quote!(__s::opaque_form(#name))
        }
        Asked::Strictly { .. } => quote!(<#of as __s::Shape>::form(__t)),
        Asked::Leniently(generics) if is_by_function => {
            let name = name_of(of, generics);
            quote!(__s::opaque_form(#name))
        }
        Asked::Leniently(generics) => best_form(of, generics),
    }
}

/// The form of a type that perhaps has a shape.
fn best_form(of: &Type, generics: &Generics) -> TokenStream {
    let name = name_of(of, generics);
    let Some(held) = held(of) else {
        return quote!((&&&__s::place::<#of>()).es_form(__t, #name));
    };
    let held = best_form(held, generics);
    quote!((&&&__s::place::<#of>()).es_form_of(__t, #name, |__t| #held))
}

/// The name of a type as it is written; with parameters in it, that of the type which it becomes.
fn name_of(of: &Type, generics: &Generics) -> TokenStream {
    let mentions = |parameter: &Ident| paths::find(&parameter.to_string(), of).is_some();
    let mut types = generics.type_params().map(|parameter| &parameter.ident);
    let mut constants = generics.const_params().map(|parameter| &parameter.ident);
    if types.any(mentions) || constants.any(mentions) {
        quote!(::core::any::type_name::<#of>())
    } else {
        text_of(of.to_token_stream()).to_token_stream()
    }
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
