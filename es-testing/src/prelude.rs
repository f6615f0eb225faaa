//! What a test of aggregates and decisions uses: `use es_testing::prelude::*;`.

pub use crate::Scenario;
pub use crate::decision;
pub use crate::projection::ProjectionScenario;
