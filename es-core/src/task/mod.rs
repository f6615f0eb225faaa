//! Tasks that outlive the call which starts them: on demand, and when a caller turns away.
//!
//! What may interleave is checked by models in `tests/tasks`: they compile [`worker`] and [`handover`]
//! a second time, on the lock and the runtime of shuttle instead of those in [`sync`], and run them
//! in thousands of orders of their steps.

pub(crate) mod given_to;
pub mod handover;
mod sync;
pub mod worker;
