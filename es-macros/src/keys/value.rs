//! The kinds of values that a key can have.

use std::fmt::{self, Display};

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{ExprPath, LitInt, LitStr, Path, Token, Type, parenthesized};

use super::group::first_word;
use super::start::Start;
use crate::crate_path::ModPath;
use crate::diagnostics::{Errors, Slot};

/// A key, where it was written, with what can be written there.
pub(crate) struct Key {
    pub(crate) word: Ident,
    pub(crate) examples: Vec<&'static str>,
}

impl Key {
    /// The examples, in words for a message.
    pub(crate) fn examples(&self) -> String {
        list(&self.examples, "or")
    }

    /// True if one of `examples` begins with the key.
    pub(crate) fn is_of(&self, examples: &[&str]) -> bool {
        examples.iter().any(|example| self.word == first_word(example))
    }

    /// Fails if no parentheses stand behind the key.
    pub(crate) fn needs_list(&self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(syn::token::Paren) {
            return Ok(());
        }
        Err(syn::Error::new_spanned(
            self,
            format_args!("`{self}` has its values in parentheses; write {}", self.examples()),
        ))
    }
}

impl Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.word.fmt(formatter)
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.word.to_tokens(tokens);
    }
}

/// The values of a row of the table, which may have several keys.
pub(crate) trait Row {
    /// Reads the value after `key`, which is one of the row.
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()>;
}

/// A value after a key.
pub(crate) trait Value: Sized {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self>;
}

impl<T: Value> Row for Slot<T> {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let value = T::read(key, input, errors)?;
        self.set(&key.word, value, errors);
        Ok(())
    }
}

/// The key counts also with a value, which it does not take.
impl Row for Slot<()> {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        self.set(&key.word, (), errors);
        no_value(key, input)
    }
}

/// True if the key is there, also with a value, which it does not take.
impl Row for bool {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, _: &mut Errors) -> syn::Result<()> {
        *self = true;
        no_value(key, input)
    }
}

/// The words themselves, without values.
impl Row for Vec<Ident> {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, _: &mut Errors) -> syn::Result<()> {
        no_value(key, input)?;
        self.push(key.word.clone());
        Ok(())
    }
}

/// Values that stand behind `=`.
macro_rules! after_equals {
    ($($value:ty),+) => {$(
        impl Value for $value {
            fn read(key: &Key, input: ParseStream<'_>, _: &mut Errors) -> syn::Result<Self> {
                value(key, input)
            }
        }
    )+};
}

after_equals!(ExprPath, LitInt, LitStr, ModPath, Path, Start);

/// A type in quotes or in parentheses is reported, then read as the type that it is: everything
/// that depends on it would otherwise fail as well.
impl Value for Type {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let wrapped = input.fork();
        match value(key, input) {
            Err(error) if let Ok(ty) = unwrapped(&wrapped) => {
                errors.push(error);
                swallow(input)?;
                Ok(ty)
            }
            result => result,
        }
    }
}

/// The type in the parentheses after a key, or in the quotes after `=`.
fn unwrapped(input: ParseStream<'_>) -> syn::Result<Type> {
    if input.peek(syn::token::Paren) {
        let ty;
        parenthesized!(ty in input);
        return ty.parse();
    }
    input.parse::<Token![=]>()?;
    input.parse::<LitStr>()?.parse()
}

/// The value after `key =`.
pub(crate) fn value<T: Parse>(key: &Key, input: ParseStream<'_>) -> syn::Result<T> {
    let needs = || format!("`{key}` needs a value; write {}", key.examples());
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(key, needs()));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new_spanned(key, needs()));
    }
    let place = input.cursor().token_tree().map(|(token, _)| token);
    input.parse().map_err(|_| {
        syn::Error::new_spanned(
            place,
            format_args!("this is no value for `{key}`; write {}", key.examples()),
        )
    })
}

/// Fails if `key` has a value.
fn no_value(key: &Key, input: ParseStream<'_>) -> syn::Result<()> {
    if is_alone(input) {
        Ok(())
    } else {
        Err(syn::Error::new_spanned(
            key,
            format_args!("`{key}` takes no value; write `{key}` alone"),
        ))
    }
}

/// True if nothing stands between a key and the next comma.
pub(crate) fn is_alone(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Skips the rest of a value, so that the next one can be read.
pub(crate) fn swallow(input: ParseStream<'_>) -> syn::Result<()> {
    while !is_alone(input) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// Joins the words for a message: `` `a`, `b` and `c` ``.
pub(crate) fn list(words: &[&str], last_joined_by: &str) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {last_joined_by} {last}", others.join(", ")),
        None => String::new(),
    }
}
