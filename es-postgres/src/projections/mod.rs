//! The store of projections: their rows, checkpoints, leases and parked events.

mod alone;
mod aside;
mod batch;
mod begin;
mod commit;
mod dependents;
mod handlers;
mod leases;
mod offered;
mod owed;
mod parked;
mod place;
mod rebuild;
mod register;
mod status;
mod store;
mod swap;
mod transient;
mod version;

pub(crate) use alone::Alone;
pub use batch::PgBatch;
pub use dependents::HasDependents;
pub(crate) use handlers::from_check;
pub use store::PgProjections;
pub(crate) use transient::is_transient;
