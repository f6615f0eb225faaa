//! Runtime of sagas: instances are started by events, driven by any number of processes, and looked after.
//!
//! A [`Saga`](crate::process::Saga) is [run](Sagas::run) with services that perform its activities. Each event that
//! starts an instance is heard by one of the processes, which drives the instance until it waits, and again when it is
//! due. What is decided is the [machine's](crate::process) business.
//!
//! # Guarantees
//!
//! - Each event that starts an instance starts one, once; none is passed over.
//! - One input is one append, at the exact version of the instance: of two processes that drive an instance one
//!   decides, whoever holds which slots.
//! - An attempt is stored before it is made, so it is made at least once, under one key. A process that finds an
//!   attempt under way stores that it makes it again.
//! - An instance that cannot go on keeps nobody else waiting. It is tried again, after a minute at most.
//!
//! - A stop begins nothing any more, and lets attempts under way end. What was stored as begun is resumed by whoever
//!   holds the slot next.
//!
//! # Costs
//!
//! The events of all sagas have the same names, and each saga that is run reads them all, by itself: with ten sagas in
//! a log each event of one is read by ten followers in each process, and passed by in nine. An instance writes one
//! row for each batch of its events.
//!
//! # Metrics
//!
//! With the feature `metrics`, each process counts through the `metrics` facade. The label `saga` is the name.
//!
//! - `es_saga_events_total`: the events that instances have stored, by `event`: `completed`, `undone`,
//!   `requires-intervention` and so on.
//! - `es_saga_ignored_total`: inputs that have changed nothing, by `reason`: late, early, told twice and so on. Each is
//!   expected now and then; a rate that rises is not.
//!
//! # Clocks
//!
//! Instants are those of the process that stores them. A process whose clock is fast by a second ends attempts of
//! others a second early; nothing else follows from it.

mod acts;
mod agenda;
mod command;
mod counters;
mod drive;
mod driver;
mod ending;
mod error;
mod follower;
mod handle;
mod health;
mod inbox;
mod memory;
mod options;
mod performed_by;
mod performs;
mod rehearsal;
mod row;
mod running;
mod search;
mod store;
mod subject;

pub(crate) use command::answer_to;
pub use ending::Outcome;
pub use error::{InstanceError, RehearsalError, RunSagaError, TellError};
pub use handle::{LoadedSaga, Sagas};
pub use memory::MemorySagas;
pub use options::SagaOptions;
#[doc(hidden)]
pub use performed_by::nobody_performs;
pub use performed_by::{
    PerformedBy, PerformsCompensation, PerformsStartCompensation, PerformsStep,
};
pub use performs::Performs;
pub use rehearsal::{Difference, Rehearsed};
pub use row::{SagaPhase, SagaRow, Waits};
pub use running::RunningSaga;
pub use store::{SagaDb, SagaFilter, SagaQuery, SagaStore};
