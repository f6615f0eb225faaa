//! Where projections keep their rows, on a real PostgreSQL: one database per test.

mod batch;
mod chained;
mod claims;
pub(crate) mod dependents;
mod dropped;
#[cfg(unix)]
mod elsewhere;
mod names;
mod paused;
mod plans;
#[cfg(unix)]
mod pooled;
mod registered;
#[cfg(unix)]
mod restarted;
#[cfg(unix)]
mod rights;
mod rollout;
mod round_trips;
pub(crate) mod support;
mod swapped;
