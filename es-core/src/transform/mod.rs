//! Copy and transform: a corrected stream takes the name of a wrong one.

mod error;
mod plan;
mod record;
mod rewrite;
mod store;

pub use error::TransformError;
pub use plan::{CopiedEvent, Replacement};
pub use record::Transformation;
pub(crate) use record::transformed_after;
pub use rewrite::{Rewrite, Transform};
pub use store::{TransformStore, Transformed};
