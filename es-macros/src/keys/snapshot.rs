//! The policy of the snapshots of an aggregate: `snapshot(every = 100, keep = 2, version = 2)`.

use proc_macro2::Ident;
use syn::parse::ParseStream;

use super::count::Count;
use super::read::read_list;
use super::table::SnapshotKeys;
use super::value::{Key, Value};
use crate::diagnostics::Errors;

/// The keys in the parentheses.
pub(crate) struct Snapshot {
    /// The word that the compiler underlines.
    pub(crate) key: Ident,
    pub(crate) every: u32,
    pub(crate) keep: Option<u32>,
    pub(crate) version: Option<u32>,
}

/// An invalid number is reported, and the policy stands.
impl Value for Snapshot {
    fn read(key: &Key, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new_spanned(
                key,
                format_args!(
                    "`{key}` needs to know how often, in parentheses; write {}",
                    key.examples()
                ),
            ));
        }
        let SnapshotKeys { every, keep, version, written } = read_list(key, input, errors)?;
        if written.lacks("every") {
            errors.at(
                key,
                format_args!(
                    "`every` is missing; write {}: a snapshot for every so many events",
                    key.examples()
                ),
            );
        }
        Ok(Self {
            key: key.word.clone(),
            every: every.take().map_or(1, |Count(every)| every),
            keep: keep.take().map(|Count(keep)| keep),
            version: version.take().map(|Count(version)| version),
        })
    }
}
