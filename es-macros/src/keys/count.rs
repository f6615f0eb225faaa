//! Whole numbers from 1: `every = 100`.

use syn::LitInt;
use syn::parse::ParseStream;

use super::value::{Key, Value, value};
use crate::diagnostics::Errors;

/// A whole number from 1.
pub(crate) struct Count(pub(crate) u32);

impl Value for Count {
    fn read(key: &Key, input: ParseStream<'_>, _: &mut Errors) -> syn::Result<Self> {
        let literal: LitInt = value(key, input)?;
        let number = literal.base10_parse().ok().filter(|number| *number > 0);
        number.filter(|_| literal.suffix().is_empty()).map(Self).ok_or_else(|| {
            syn::Error::new_spanned(
                &literal,
                format_args!(
                    "`{literal}` is no value for `{key}`, which is a whole number from 1 to {}; \
                     write {}",
                    u32::MAX,
                    key.examples()
                ),
            )
        })
    }
}
