//! The enum that the derives write for a list of events: `Aggregate`, `DecisionModel`, `Projection`
//! and `Saga`.

mod expand;
mod model;

pub(crate) use expand::{
    call, definition, dispatch, documented, implementations, itself, known, of_nothing,
};
pub(crate) use model::{named, of_list};
