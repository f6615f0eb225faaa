//! The progress of an import, and the error of one that ends early.

use std::error::Error;

use es_core::{AppendError, Position, StreamId};

/// The progress of an import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The number of stored appends: they are the first ones of the source, without a gap.
    pub appends: u64,
    /// The number of events in these appends.
    pub events: u64,
    /// The number of these appends that were in the store before.
    pub already: u64,
    /// The highest position of these events; `None` as long as there are none.
    pub position: Option<Position>,
}

/// The error of an import that ended before its source did.
///
/// The appends counted in `imported` are stored. Later appends of the source may be stored too,
/// each as a whole, but none in the stream of a refused one. If the store failed, the append itself
/// may be stored, and those that followed it in its stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// An append was refused, or the store failed.
    #[error("append {number} of the import, to `{stream}`, is not known to be stored")]
    #[non_exhaustive]
    Append {
        /// The number of the append in the source, from 1.
        number: u64,
        /// Its stream; the first, if it has several.
        stream: StreamId,
        /// The progress before it, all of it stored.
        imported: Imported,
        /// The cause.
        source: Box<AppendError>,
    },
    /// The source failed.
    #[error("the import has no more than {} appends to read", imported.appends)]
    #[non_exhaustive]
    Source {
        /// The progress at that point: everything that the source had given is stored.
        imported: Imported,
        /// The cause.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl ImportError {
    /// The progress that is stored despite the error.
    #[must_use]
    pub fn imported(&self) -> &Imported {
        match self {
            Self::Append { imported, .. } | Self::Source { imported, .. } => imported,
        }
    }
}
