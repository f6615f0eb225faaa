//! Fields that are tags, on events and on decision models.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Field, Index, Member, Type};

use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::keys::TagSpec;
use crate::name;

/// The number of tags of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    One,
    /// One tag for each value that the field iterates over.
    Each,
    /// Nobody knows, after a mistake that was told.
    Unclear,
}

/// A field whose value is a tag, or many.
pub(crate) struct TagField<'a> {
    pub(crate) name: String,
    pub(crate) count: Count,
    /// The place of the field in the struct, from 0.
    pub(crate) nth: u32,
    member: Member,
    ty: &'a Type,
}

impl<'a> TagField<'a> {
    /// The field at `nth`; `None` if it is no tag. A tag whose own name cannot be stored, which is
    /// reported, has that of the field: what asks for the tag is no mistake as well.
    pub(crate) fn new(
        attribute: &str,
        nth: u32,
        field: &'a Field,
        spec: &TagSpec,
        errors: &mut Errors,
    ) -> Option<Self> {
        if let (Some(_), Some(each)) = (spec.one.key(), spec.each.key()) {
            errors.at(
                each,
                "a field is one tag or one for each of its values; \
                 keep `tag` or `tags`, whichever it is",
            );
            return Self::unclear(nth, field);
        }
        let (given, count) = match (spec.each.value(), spec.one.value()) {
            (Some(each), _) => (Some(each), Count::Each),
            (None, Some(one)) => (one.as_ref(), Count::One),
            (None, None) if spec.is_unclear => return Self::unclear(nth, field),
            (None, None) => return None,
        };
        let cure = format!("write `#[{attribute}(tag = \"…\")]`");
        let name = match (given, &field.ident) {
            (Some(literal), _) => match name::TAG.check(literal, errors) {
                Some(name) => name,
                None => return Self::unclear(nth, field),
            },
            (None, Some(ident)) => {
                let name = ident.unraw().to_string();
                if let Some(problem) = name::TAG.problem(&name) {
                    errors.at(
                        ident,
                        format_args!(
                            "the field's name cannot be that of the tag, since it {problem}; {cure}"
                        ),
                    );
                    return None;
                }
                name
            }
            (None, None) => {
                errors.at(&field.ty, format_args!("this field has no name for the tag; {cure}"));
                return None;
            }
        };
        Some(Self { name, count, nth, member: member(nth, field), ty: &field.ty })
    }

    /// The field at `nth`, which may be a tag or not after a mistake that was told.
    pub(crate) fn unclear(nth: u32, field: &'a Field) -> Option<Self> {
        let name = field.ident.as_ref()?.unraw().to_string();
        let (member, count) = (member(nth, field), Count::Unclear);
        Some(Self { name, count, nth, member, ty: &field.ty })
    }

    /// The field and its type, if it is one tag, or may be one.
    pub(crate) fn value(&self) -> Option<(&Member, &'a Type)> {
        (self.count != Count::Each).then_some((&self.member, self.ty))
    }

    /// All tags of the field as a list, or the error for a value that cannot be one.
    pub(crate) fn tags(&self, krate: CratePath<'_>) -> TokenStream {
        let Self { name, member, ty, count, .. } = self;
        match count {
            Count::One => quote!(#krate::__private::one_tag::<#ty>(#name, &self.#member)),
            Count::Each => quote!(#krate::__private::each_tag::<#ty>(#name, &self.#member)),
            Count::Unclear => quote!(#krate::__private::all_tags([])),
        }
    }
}

fn member(nth: u32, field: &Field) -> Member {
    match &field.ident {
        Some(ident) => Member::Named(ident.clone()),
        None => Member::Unnamed(Index { index: nth, span: Span::call_site() }),
    }
}
