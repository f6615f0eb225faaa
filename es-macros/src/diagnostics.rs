//! Mistakes, collected until all are known.

use std::fmt::Display;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

use crate::completion::Unfinished;
use crate::crate_path::CratePath;

/// Every mistake found so far. Must be [reported](Self::report): one that is dropped with mistakes
/// in it would let a wrong annotation through.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    told: Option<syn::Error>,
    /// The places in which something is still to be written.
    pub(crate) unfinished: Vec<Unfinished>,
    /// True if the expansion could not find es-core.
    is_lost: bool,
}

impl Errors {
    /// Adds a mistake in `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Adds a mistake that a parser found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.told {
            Some(errors) => errors.combine(error),
            None => self.told = Some(error),
        }
    }

    /// Adds the mistake that es-core cannot be found. It stands at the derive, in place of its
    /// [expansion](Self::report_beside), each path of which would be one more mistake.
    pub(crate) fn lost(&mut self, message: impl Display) {
        if !self.is_lost {
            self.push(syn::Error::new(Span::call_site(), message));
        }
        self.is_lost = true;
    }

    /// The parsed value; a failure is kept for the report.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The stand-in for a type that is unknown after a mistake: no use of it is a mistake as well.
    ///
    /// It depends on an array whose length is the first mistake once more. The compiler prints
    /// equal errors once, and takes a type that depends on one for every type. `compile_error!` in
    /// the place of the type itself would be `()`. Without a mistake the stand-in is empty.
    pub(crate) fn stand_in(&self) -> TokenStream {
        let first = self.told.clone().into_iter().flatten().next();
        first
            .map(|error| error.to_compile_error())
            .map(|told| quote!(<[(); { #told }] as ::core::iter::IntoIterator>::Item))
            .unwrap_or_default()
    }

    /// The tokens that let an editor complete the unfinished parts of an annotation. They stand
    /// before everything else, and are empty for an annotation that is sound and has keys.
    pub(crate) fn completion(&self, krate: CratePath<'_>) -> TokenStream {
        self.unfinished.iter().map(|place| place.completion(krate)).collect()
    }

    /// The expansion and the mistakes.
    pub(crate) fn report_beside(self, expansion: TokenStream) -> TokenStream {
        let expansion = if self.is_lost { TokenStream::new() } else { expansion };
        let told = self.report();
        quote!(#expansion #told)
    }

    /// The mistakes as the tokens that make the compiler print them.
    pub(crate) fn report(mut self) -> TokenStream {
        self.told.take().map(|errors| errors.to_compile_error()).unwrap_or_default()
    }
}

#[cfg(test)]
impl Errors {
    /// The mistakes as a reader sees them, without their places.
    pub(crate) fn messages(mut self) -> Vec<String> {
        let errors = self.told.take().into_iter().flatten();
        errors.map(|error| error.to_string()).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(
            self.told.is_none() || std::thread::panicking(),
            "mistakes were found and never reported"
        );
    }
}

/// The value of a key that may be given once.
pub(crate) struct Slot<T>(Option<(Ident, T)>);

/// Written by hand, since a derive would require `T: Default`.
impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: 'static> Slot<T> {
    /// A slot without a value.
    pub(crate) const EMPTY: &'static Self = &Self(None);
}

impl<T> Slot<T> {
    /// Fills the slot, or reports that it was filled before.
    pub(crate) fn set(&mut self, key: &Ident, value: T, errors: &mut Errors) {
        if self.0.is_some() {
            errors.at(key, format_args!("`{key}` is given twice; keep one of them"));
        } else {
            self.0 = Some((key.clone(), value));
        }
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// Takes the value out of the slot.
    pub(crate) fn take(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }

    pub(crate) fn key(&self) -> Option<&Ident> {
        self.0.as_ref().map(|(key, _)| key)
    }
}
