//! What a test of aggregates uses: `use es_testing::prelude::*;`.

pub use crate::Scenario;
