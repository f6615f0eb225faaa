//! A type as it is written, in one line that does not depend on its layout in the file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Fields};

/// Fields and variants with their types and serde attributes: `{owner:String,#[serde(default)]cents:i64,}`.
pub(crate) fn source(input: &DeriveInput) -> String {
    let mut source = String::new();
    attributes(&input.attrs, &mut source);
    match &input.data {
        Data::Struct(data) => fields(&data.fields, &mut source),
        Data::Enum(data) => {
            source.push('[');
            for variant in &data.variants {
                attributes(&variant.attrs, &mut source);
                source.push_str(&variant.ident.unraw().to_string());
                fields(&variant.fields, &mut source);
                source.push(',');
            }
            source.push(']');
        }
        Data::Union(_) => {}
    }
    source
}

fn attributes(attributes: &[Attribute], source: &mut String) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        source.push_str(&text_of(attribute.to_token_stream()));
    }
}

fn fields(fields: &Fields, source: &mut String) {
    let (open, close) = match fields {
        Fields::Named(_) => ("{", "}"),
        Fields::Unnamed(_) => ("(", ")"),
        Fields::Unit => ("", ""),
    };
    source.push_str(open);
    for field in fields {
        attributes(&field.attrs, source);
        if let Some(ident) = &field.ident {
            source.push_str(&ident.unraw().to_string());
            source.push(':');
        }
        source.push_str(&text_of(field.ty.to_token_stream()));
        source.push(',');
    }
    source.push_str(close);
}

/// The tokens one after another, whatever stands between them in the file.
pub(crate) fn text_of(tokens: TokenStream) -> String {
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
