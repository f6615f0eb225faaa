//! Decisions across streams: what they rest on is a query, and not the version of one stream.

mod batch;
mod decided;
mod decision;
mod error;
mod joint;
mod meeting;
mod model;
mod models;
mod once;
mod reading;
mod request;
mod runtime;
mod tagged_event;

pub use decision::Decision;
pub use error::DecisionError;
pub use model::DecisionModel;
pub use models::DecisionModels;
pub(crate) use runtime::read;
pub use runtime::{Decided, Decisions};
pub use tagged_event::{TaggedEvent, TaggedEvents};
