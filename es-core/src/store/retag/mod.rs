//! Tags of events that are stored already.

mod event_tag;
mod progress;
mod store;

pub use event_tag::{EventTag, LacksTag, MissingTag};
pub use progress::{RetagError, RetagProgress, Retagged};
pub use store::{Retag, RetagStore, TaggedPosition};
