//! The attempts of compensations: `compensation(attempts = 6, first = "1s")`.

use syn::parse::ParseStream;

use super::read::read_list;
use super::table::CompensationKeys;
use super::value::{Key, Value};
use crate::diagnostics::Errors;

pub(crate) struct Compensation(pub(crate) CompensationKeys);

impl Value for Compensation {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        key.needs_list(input)?;
        read_list(key, input, errors).map(Self)
    }
}
