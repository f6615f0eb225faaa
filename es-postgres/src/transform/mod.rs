//! Replacement of streams by corrected copies.

pub(crate) mod copies;
pub(crate) mod replace;
