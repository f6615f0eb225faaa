//! The form in which serde stores fields and variants.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Attribute, DataEnum, Field, Fields, Type};

use super::case::Case;
use super::serde::Serde;

/// A struct, an enum, or the content of a variant, with the serde attributes that `kind` does not
/// express.
pub(crate) struct Stored<'a> {
    pub(crate) kind: Kind<'a>,
    pub(crate) others: Vec<String>,
}

pub(crate) enum Kind<'a> {
    Unit,
    Newtype(Place<'a>),
    Tuple(Vec<Place<'a>>),
    Object(Vec<Member<'a>>),
    Enum(Tagging, Vec<Variant<'a>>),
    /// A variant that a function writes, by its name.
    ByFunction(String),
}

/// The field in which a value of one type is stored.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) field: &'a Field,
    pub(crate) is_by_function: bool,
}

/// A field with a name.
pub(crate) struct Member<'a> {
    pub(crate) name: String,
    pub(crate) place: Place<'a>,
    pub(crate) is_optional: bool,
    pub(crate) is_flattened: bool,
    pub(crate) others: Vec<String>,
}

pub(crate) struct Variant<'a> {
    pub(crate) name: String,
    pub(crate) stored: Stored<'a>,
}

pub(crate) enum Tagging {
    External,
    Internal(String),
    Adjacent(String, String),
    Untagged,
}

impl<'a> Stored<'a> {
    /// A struct that has these attributes and fields.
    pub(crate) fn of_struct(attributes: &[Attribute], fields: &'a Fields) -> Self {
        let serde = Serde::of(attributes);
        let transparent = transparent(fields).filter(|_| serde.has("transparent"));
        let kind = match transparent {
            Some(field) => Kind::Newtype(Place::of(field)),
            None => Kind::of(fields, serde.case("rename_all"), serde.has("default")),
        };
        // With a tag, the name of the struct is stored as well.
        let told: &[_] = if serde.has("tag") {
            &["rename_all", "transparent", "default"]
        } else {
            &["rename_all", "transparent", "default", "rename"]
        };
        Self { kind, others: serde.others(told) }
    }

    /// An enum that has these attributes and variants.
    pub(crate) fn of_enum(attributes: &[Attribute], data: &'a DataEnum) -> Self {
        let serde = Serde::of(attributes);
        let variants = data.variants.iter().filter_map(|variant| {
            let own = Serde::of(&variant.attrs);
            if own.has("skip") {
                return None;
            }
            let case = serde.case("rename_all");
            let name = name(&variant.ident, &own, |name| case.map(|case| case.variant(name)));
            let case = own.case("rename_all").or_else(|| serde.case("rename_all_fields"));
            let kind = if own.is_by_function() {
                Kind::ByFunction(name.clone())
            } else {
                Kind::of(&variant.fields, case, false)
            };
            let others = own.others(&["rename", "rename_all"]);
            Some(Variant { name, stored: Stored { kind, others } })
        });
        let kind = Kind::Enum(Tagging::of(&serde), variants.collect());
        let told = ["tag", "content", "untagged", "rename", "rename_all", "rename_all_fields"];
        Self { kind, others: serde.others(&told) }
    }
}

impl Tagging {
    fn of(serde: &Serde) -> Self {
        match (serde.text("tag"), serde.text("content")) {
            (Some(tag), Some(content)) => Self::Adjacent(tag, content),
            (Some(tag), None) => Self::Internal(tag),
            (None, _) if serde.has("untagged") => Self::Untagged,
            (None, _) => Self::External,
        }
    }
}

impl<'a> Kind<'a> {
    fn of(fields: &'a Fields, case: Option<Case>, are_optional: bool) -> Self {
        match fields {
            Fields::Named(named) => {
                let members = named.named.iter().filter(|field| is_stored(field));
                let member = |field| Member::of(field, case, are_optional);
                Self::Object(members.filter_map(member).collect())
            }
            Fields::Unnamed(unnamed) => match (unnamed.unnamed.first(), unnamed.unnamed.len()) {
                (Some(only), 1) => Self::Newtype(Place::of(only)),
                _ => Self::Tuple(
                    fields.iter().filter(|field| is_stored(field)).map(Place::of).collect(),
                ),
            },
            Fields::Unit => Self::Unit,
        }
    }
}

fn is_stored(field: &Field) -> bool {
    !Serde::of(&field.attrs).has("skip")
}

/// The field as which a transparent struct is stored.
fn transparent(fields: &Fields) -> Option<&Field> {
    let is_phantom = |field: &Field| match &field.ty {
        Type::Path(of) => of.path.segments.last().is_some_and(|last| last.ident == "PhantomData"),
        _ => false,
    };
    fields.iter().filter(|field| is_stored(field)).find(|field| !is_phantom(field))
}

impl<'a> Place<'a> {
    fn of(field: &'a Field) -> Self {
        Self { field, is_by_function: Serde::of(&field.attrs).is_by_function() }
    }
}

impl<'a> Member<'a> {
    fn of(field: &'a Field, case: Option<Case>, is_optional: bool) -> Option<Self> {
        let serde = Serde::of(&field.attrs);
        let ident = field.ident.as_ref()?;
        let is_flattened = serde.has("flatten");
        // What else is said of a flattened field would be said of one of those in its place.
        let others = if is_flattened { Vec::new() } else { serde.others(&["rename", "default"]) };
        Some(Self {
            name: name(ident, &serde, |name| case.map(|case| case.field(name))),
            place: Place::of(field),
            is_optional: is_optional || serde.has("default") || serde.has("skip_deserializing"),
            is_flattened,
            others,
        })
    }
}

/// The key under which a struct with these attributes stores the field `ident`, on which `of_field` stands.
pub(crate) fn key(of_struct: &[Attribute], ident: &Ident, of_field: &[Attribute]) -> String {
    let case = Serde::of(of_struct).case("rename_all");
    name(ident, &Serde::of(of_field), |name| case.map(|case| case.field(name)))
}

/// The name as it is stored.
fn name(ident: &Ident, serde: &Serde, in_case: impl Fn(&str) -> Option<String>) -> String {
    let name = ident.unraw().to_string();
    serde.text("rename").or_else(|| in_case(&name)).unwrap_or(name)
}
