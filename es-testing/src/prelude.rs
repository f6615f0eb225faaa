//! Prelude for tests of aggregates, decisions, projections and sagas: `use es_testing::prelude::*;`.

pub use crate::Scenario;
pub use crate::decision;
pub use crate::projection::ProjectionScenario;
pub use crate::saga::SagaScenario;
