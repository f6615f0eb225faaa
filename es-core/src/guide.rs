//! Guide chapters: one topic each, from the first decision to the last detail.
//!
//! - [Changing events](changing_events): schema evolution, tag backfill, and rolling deployments.
//!
//! The guide of `es_postgres` continues with read models.

// A chapter is a file that is read on GitHub too, where its links go to files. The definitions here come first
// and win: the links of the rendered documentation go to the items.

/// [`TryUpcast`]: crate::TryUpcast
/// [`MissingTag`]: crate::DecisionError::MissingTag
/// [`retag`]: crate::RetagStore::retag
/// [`LacksTag`]: crate::AppendError::LacksTag
/// [`TransformStore`]: crate::TransformStore
/// [`DecodeError`]: crate::DecodeError
/// [`RecordedDecodeError`]: crate::RecordedDecodeError
///
#[doc = include_str!("../guide/changing-events.md")]
pub mod changing_events {}
