//! The store of projections: their rows, checkpoints, leases and parked events.

mod batch;
mod begin;
mod change;
mod commit;
mod dependents;
mod exclusive_build;
mod handlers;
pub(crate) mod leases;
mod new_parked;
mod offered;
mod parked;
mod rebuild;
mod schema_name;
mod status;
mod store;
mod transient;
mod version;

pub use batch::PgBatch;
pub use dependents::HasDependents;
pub(crate) use exclusive_build::Alone;
pub(crate) use handlers::from_check;
pub use store::PgProjections;
pub(crate) use transient::is_transient;
