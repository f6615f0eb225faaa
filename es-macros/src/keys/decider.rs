//! The aggregate that decides a command: `aggregate = Account`.

use syn::parse::ParseStream;
use syn::{Type, TypeReference};

use super::value::{Key, Value};
use crate::diagnostics::Errors;

pub(crate) struct Decider(pub(crate) Type);

/// Behind a reference, which is reported, stands the type all the same.
impl Value for Decider {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        match Type::read(key, input, errors)? {
            Type::Reference(TypeReference { and_token, elem, .. }) => {
                errors.at(and_token, "an aggregate is named by its own type; write it without `&`");
                Ok(Self(*elem))
            }
            aggregate => Ok(Self(aggregate)),
        }
    }
}
