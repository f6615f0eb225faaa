//! Prelude for tests of aggregates and decisions: `use es_testing::prelude::*;`.

pub use crate::Scenario;
pub use crate::decision;
pub use crate::projection::ProjectionScenario;
