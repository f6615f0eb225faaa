//! Fields that are tags, on events and on decision models: `tag`, or `tag = "course"`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Field, Index, LitStr, Member, Token, Type};

use crate::attr::{self, Vocabulary};
use crate::crate_path::CratePath;
use crate::diagnostics::Errors;
use crate::name;

/// The name that is given to the tag, if there is one.
pub(crate) fn given(key: &Ident, input: ParseStream<'_>) -> syn::Result<Option<LitStr>> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(None);
    }
    attr::value(key, input, "tag = \"course\"").map(Some)
}

/// A field whose value is a tag.
pub(crate) struct TagField<'a> {
    pub(crate) name: String,
    member: Member,
    ty: &'a Type,
}

impl<'a> TagField<'a> {
    /// The field at `nth`; nothing, if the tag has no name that could be stored, which is told.
    pub(crate) fn new(
        vocabulary: &Vocabulary,
        nth: u32,
        field: &'a Field,
        given: Option<&LitStr>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let cure = format!("write `#[{}(tag = \"…\")]`", vocabulary.attribute);
        let name = match (given, &field.ident) {
            (Some(literal), _) => name::TAG.check(literal, errors)?,
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
        let member = match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index { index: nth, span: Span::call_site() }),
        };
        Some(Self { name, member, ty: &field.ty })
    }

    /// The tag, or why the field's value cannot be one.
    pub(crate) fn tag(&self, krate: CratePath<'_>) -> TokenStream {
        let Self { name, member, ty } = self;
        // The field's type is named, so that the compiler underlines it if it does not print.
        quote!(#krate::__private::tag::<#ty>(#name, &self.#member))
    }
}
