//! How far an import is, and why it ends early.

use std::error::Error;

use es_core::{AppendError, Position, StreamId};

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// So many appends are stored: the first ones of the source, all of them.
    pub appends: u64,
    /// The events of these appends.
    pub events: u64,
    /// How many of these appends were in the store before.
    pub already: u64,
    /// The highest position of these events; `None` as long as there are none.
    pub position: Option<Position>,
}

/// An import ended before its source did.
///
/// What `imported` counts is stored. Of the appends that come later in the source, none is stored in
/// the stream of the one that failed; some may be in other streams, each as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// An append was refused, or the store failed.
    #[error("append {number} of the import, to `{stream}`, is not known to be stored")]
    #[non_exhaustive]
    Append {
        /// Which one, the first being 1.
        number: u64,
        /// Its stream; the first, if it has several.
        stream: StreamId,
        /// What was stored before it.
        imported: Imported,
        /// Why.
        source: Box<AppendError>,
    },
    /// The source failed.
    #[error("the import has no more than {} appends to read", imported.appends)]
    #[non_exhaustive]
    Source {
        /// What it had given before, all of it.
        imported: Imported,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl ImportError {
    /// What is stored nevertheless.
    #[must_use]
    pub fn imported(&self) -> &Imported {
        match self {
            Self::Append { imported, .. } | Self::Source { imported, .. } => imported,
        }
    }
}
