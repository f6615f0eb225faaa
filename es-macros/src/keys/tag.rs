//! Keys of a field that is a tag: `tag`, or `tag = "course"`, and `tags = "night"` on a field that
//! holds any number of values.

use syn::LitStr;
use syn::parse::ParseStream;

use super::value::{Key, Row, Value, is_alone};
use crate::diagnostics::{Errors, Slot};

/// The keys of a field that is one tag or many.
#[derive(Default)]
pub(crate) struct TagSpec {
    /// The key `tag`, with the name of the tag if it differs from the field's.
    pub(crate) one: Slot<Option<LitStr>>,
    /// The key `tags`, with the name of the tags: each value of the field is one. The name is
    /// mandatory, since the field is named in the plural.
    pub(crate) each: Slot<LitStr>,
    /// True if a name could not be read, which has been reported.
    pub(crate) is_unclear: bool,
}

impl TagSpec {
    /// True if the field was meant to be a tag.
    pub(crate) fn is_written(&self) -> bool {
        self.one.key().is_some() || self.each.key().is_some()
    }
}

impl Row for TagSpec {
    fn read(&mut self, key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if key.word == "tag" && is_alone(input) {
            self.one.set(&key.word, None, errors);
            return Ok(());
        }
        let name = LitStr::read(key, input, errors);
        self.is_unclear |= name.is_err();
        if key.word == "tags" {
            self.each.set(&key.word, name?, errors);
            return Ok(());
        }
        // It is a tag also with a name that cannot be read.
        self.one.set(&key.word, name.as_ref().ok().cloned(), errors);
        name.map(drop)
    }
}
