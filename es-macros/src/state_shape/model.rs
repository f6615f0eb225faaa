//! The shape of a type: words that are the same for ever, and between them the types of its fields.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Generics, Type, parse_quote};

use crate::attr::{self, Elsewhere, Vocabulary};
use crate::crate_path::CratePath;
use crate::deprecation::Deprecation;
use crate::diagnostics::Errors;

/// What is written on a field.
const ON_FIELD: Vocabulary = Vocabulary {
    attribute: "state_shape",
    module: "state_shape_on_field",
    keys: &["opaque"],
    elsewhere: Elsewhere::NOWHERE,
};

pub(crate) struct StateShape<'a> {
    pub(crate) input: &'a DeriveInput,
    /// Those of the type, each parameter with a shape.
    pub(crate) generics: Generics,
    pub(crate) deprecation: Deprecation,
    pub(crate) name: String,
    pub(crate) pieces: Vec<Piece<'a>>,
    pub(crate) krate: CratePath<'a>,
}

/// A part of the outline.
pub(crate) enum Piece<'a> {
    Text(String),
    Type(&'a Type),
}

impl<'a> StateShape<'a> {
    pub(crate) fn new(
        input: &'a DeriveInput,
        krate: CratePath<'a>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let mut pieces = Pieces(Vec::new());
        pieces.attributes(&input.attrs);
        match &input.data {
            Data::Struct(data) => pieces.fields(&data.fields, errors),
            Data::Enum(data) => {
                pieces.text("[");
                for variant in &data.variants {
                    pieces.attributes(&variant.attrs);
                    pieces.text(&variant.ident.unraw().to_string());
                    pieces.fields(&variant.fields, errors);
                    pieces.text(",");
                }
                pieces.text("]");
            }
            Data::Union(_) => {
                errors.at(
                    &input.ident,
                    "`StateShape` goes on a struct or an enum; serde knows no union",
                );
                return None;
            }
        }
        Some(Self {
            input,
            generics: generics(input, krate),
            deprecation: Deprecation::of(&input.attrs),
            name: input.ident.unraw().to_string(),
            pieces: pieces.0,
            krate,
        })
    }
}

fn generics(input: &DeriveInput, krate: CratePath<'_>) -> Generics {
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#krate::StateShape));
    }
    generics
}

/// An outline as far as it was written.
struct Pieces<'a>(Vec<Piece<'a>>);

impl<'a> Pieces<'a> {
    fn text(&mut self, text: &str) {
        if let Some(Piece::Text(before)) = self.0.last_mut() {
            before.push_str(text);
        } else {
            self.0.push(Piece::Text(text.to_owned()));
        }
    }

    /// Those of serde, which decide how a value is stored.
    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            self.text(&text_of(attribute.to_token_stream()));
        }
    }

    /// `{owner:…,cents:…,}`, `(…,…,)`, or nothing.
    fn fields(&mut self, fields: &'a Fields, errors: &mut Errors) {
        let (open, close) = match fields {
            Fields::Named(_) => ("{", "}"),
            Fields::Unnamed(_) => ("(", ")"),
            Fields::Unit => ("", ""),
        };
        self.text(open);
        for field in fields {
            self.attributes(&field.attrs);
            if let Some(ident) = &field.ident {
                self.text(&ident.unraw().to_string());
                self.text(":");
            }
            if is_opaque(field, errors) {
                self.text("opaque ");
                self.text(&text_of(field.ty.to_token_stream()));
            } else {
                self.0.push(Piece::Type(&field.ty));
            }
            self.text(",");
        }
        self.text(close);
    }
}

/// Whether a field says that the shape of its type is not to be looked at.
fn is_opaque(field: &Field, errors: &mut Errors) -> bool {
    let mut is_opaque = false;
    attr::read_field(&field.attrs, &ON_FIELD, errors, |key, input, _| {
        is_opaque = true;
        attr::no_value(key, input)
    });
    is_opaque
}

/// The tokens one after another, whatever stands between them in the file.
fn text_of(tokens: TokenStream) -> String {
    let mut text = String::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                text.push_str(&text_of(group.stream()));
                text.push_str(close);
            }
            TokenTree::Punct(punct) => text.push(punct.as_char()),
            // Two words in a row stay two.
            word => {
                if text.ends_with(|last: char| last.is_alphanumeric() || last == '_') {
                    text.push(' ');
                }
                text.push_str(&word.to_string());
            }
        }
    }
    text
}
