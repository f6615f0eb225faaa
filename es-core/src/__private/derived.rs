//! Names that the expansion for an event has in scope, beside the types of the event's fields. They
//! begin with two underscores, as no name of a user does.

pub use super::field_tags::{TagAt as __TagAt, TagNames as __TagNames, Tags as __Tags};
pub use super::show::{
    __Describe, __Description, __Show, __ShowOpaque, __named, __numbered, __unit,
};
pub use super::stored::{
    __Event, __MaybeStored, __Some, __Unknown, __Within, __field, __newtype, __null, __object,
    __of, __opaque, __tuple,
};
