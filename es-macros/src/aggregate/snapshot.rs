//! The key `snapshot(every = 100, keep = 2, version = 2)`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::LitInt;
use syn::parse::ParseStream;

use crate::attr::{self, Elsewhere, Vocabulary};
use crate::crate_path::CratePath;
use crate::diagnostics::{Errors, Slot};

const EXAMPLE: &str = "snapshot(every = 100)";

const VOCABULARY: Vocabulary = Vocabulary {
    attribute: "snapshot",
    module: "snapshot",
    keys: &["every", "keep", "version"],
    elsewhere: Elsewhere::NOWHERE,
};

/// The keys in the parentheses.
pub(crate) struct Snapshot {
    /// The word that the compiler underlines.
    key: Ident,
    every: u32,
    keep: Option<u32>,
    version: Option<u32>,
}

impl Snapshot {
    /// Reads the keys in the parentheses after `key`. An invalid number is reported, and the policy
    /// stands.
    pub(crate) fn read(
        key: &Ident,
        input: ParseStream<'_>,
        errors: &mut Errors,
    ) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new_spanned(
                key,
                format_args!("`{key}` needs to know how often, in parentheses; write `{EXAMPLE}`"),
            ));
        }
        let (mut every, mut keep, mut version) =
            (Slot::default(), Slot::default(), Slot::default());
        let written = attr::read_list(key, input, &VOCABULARY, errors, |key, input, errors| {
            let (slot, example) = match key.to_string().as_str() {
                "every" => (&mut every, "every = 100"),
                "keep" => (&mut keep, "keep = 2"),
                _ => (&mut version, "version = 2"),
            };
            slot.set(key, number(key, input, example)?, errors);
            Ok(())
        })?;
        if written.lacks("every") {
            errors.at(
                key,
                format_args!(
                    "`every` is missing; write `{EXAMPLE}`: a snapshot for every so many events"
                ),
            );
        }
        Ok(Self {
            key: key.clone(),
            every: every.value().copied().unwrap_or(1),
            keep: keep.value().copied(),
            version: version.value().copied(),
        })
    }

    /// The constant of the aggregate.
    pub(crate) fn policy(&self, krate: CratePath<'_>) -> TokenStream {
        let Self { key, every, .. } = self;
        let keep = self.keep.map(|keep| quote!(.with_keep(#keep)));
        let version = self.version.map(|version| quote!(.with_version(#version)));
        // Only this one word has the place of the key: the compiler tells there what the state lacks.
        let this = Ident::new("Self", key.span());
        quote! {
            const SNAPSHOTS: ::core::option::Option<#krate::SnapshotPolicy<Self>> =
                ::core::option::Option::Some(
                    <#this as #krate::SnapshotState>::POLICY.with_every(#every) #keep #version
                );
        }
    }
}

/// A whole number from 1.
fn number(key: &Ident, input: ParseStream<'_>, example: &str) -> syn::Result<u32> {
    let literal: LitInt = attr::value(key, input, example)?;
    let number = literal.base10_parse().ok().filter(|number| *number > 0);
    number.filter(|_| literal.suffix().is_empty()).ok_or_else(|| {
        syn::Error::new_spanned(
            &literal,
            format_args!(
                "`{literal}` is no value for `{key}`, which is a whole number from 1 to {}; \
                 write `{example}`",
                u32::MAX
            ),
        )
    })
}
