//! The enum that the derives write for a list of events: `Aggregate` and `DecisionModel`.

mod expand;
mod model;

pub(crate) use expand::{call, definition, dispatch, implementations, of_nothing};
pub(crate) use model::of_list;
