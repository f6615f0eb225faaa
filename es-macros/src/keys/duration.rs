//! Durations: `timeout = "30s"`.

use std::fmt::{self, Display};

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::LitStr;
use syn::parse::ParseStream;

use super::value::{Key, Value, value};
use crate::diagnostics::Errors;

/// A duration, as it was written.
#[derive(Clone)]
pub(crate) struct Duration {
    pub(crate) literal: LitStr,
    pub(crate) micros: u64,
}

/// The units, each with its microseconds.
const UNITS: [(&str, u64); 6] = [
    ("us", 1),
    ("ms", 1_000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", DAY),
];

const SECOND: u64 = 1_000_000;
const DAY: u64 = 86_400 * SECOND;

/// The longest duration of a plan, in days.
const LONGEST_IN_DAYS: u64 = 36_500;

impl Duration {
    /// The longest duration of a plan.
    pub(crate) const LONGEST: u64 = LONGEST_IN_DAYS * DAY;
}

impl Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.literal.value())
    }
}

/// The path of the constructor and its number, in the largest unit of `Duration` that fits.
impl ToTokens for Duration {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (unit, number) = match self.micros {
            micros if micros.is_multiple_of(SECOND) => (quote!(from_secs), micros / SECOND),
            micros if micros.is_multiple_of(1_000) => (quote!(from_millis), micros / 1_000),
            micros => (quote!(from_micros), micros),
        };
        let number = Literal::u64_unsuffixed(number);
        tokens.extend(quote!(__Duration::#unit(#number)));
    }
}

impl Value for Duration {
    fn read(key: &Key, input: ParseStream<'_>, _: &mut Errors) -> syn::Result<Self> {
        let literal: LitStr = value(key, input)?;
        let text = literal.value();
        let told = |told: String| syn::Error::new_spanned(&literal, told);
        let Some((number, unit)) = split(&text) else {
            return Err(told(format!(
                "{text:?} is no duration, which is a whole number and one of `us`, `ms`, `s`, `m`, `h` \
                 and `d`; write {}",
                key.examples()
            )));
        };
        let micros = number.checked_mul(unit).filter(|micros| *micros <= Self::LONGEST);
        match micros {
            None => Err(told(format!(
                "{text:?} is longer than a plan may wait; write `{key} = \"{LONGEST_IN_DAYS}d\"` or less"
            ))),
            Some(0) => Err(told(format!(
                "{text:?} is no time at all; write {}, or at least `{key} = \"1us\"`",
                key.examples()
            ))),
            Some(micros) => Ok(Self { literal, micros }),
        }
    }
}

/// The number, and the microseconds of its unit. A number that is too large is the largest one.
fn split(text: &str) -> Option<(u64, u64)> {
    let end = text.find(|char: char| !char.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(end)?;
    let (_, micros) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let is_number = !number.is_empty();
    is_number.then(|| (number.parse().unwrap_or(u64::MAX), *micros))
}

#[cfg(test)]
mod tests {
    use es_core::process::Plan;

    use super::*;

    #[test]
    fn the_runtime_waits_as_long() {
        assert_eq!(std::time::Duration::from_micros(Duration::LONGEST), Plan::LONGEST);
        assert_eq!(std::time::Duration::from_micros(1), Plan::SHORTEST);
    }
}
