//! Given-when-then for aggregates, decisions, projections and sagas, and the laws. Bless the reports with
//! `UPDATE_EXPECT=1`.

#[path = "../fixture/courses.rs"]
mod courses;
mod decisions;
#[path = "../fixture/mod.rs"]
mod fixture;
#[path = "../fixture/fulfilment.rs"]
mod fulfilment;
#[cfg(feature = "laws")]
mod laws;
mod projections;
mod reports;
mod sagas;
mod scenarios;
#[cfg(feature = "laws")]
#[path = "../fixture/scratch.rs"]
mod scratch;
mod superseded;
mod through_a_store;
