//! Projections: read models that are kept up to date with the events.
//!
//! # Metrics
//!
//! With the feature `metrics`, each process tells of the slots that it holds, three times a lease, through
//! the `metrics` facade. The labels are `projection` and `version`.
//!
//! - `es_projection_position`: all of them have come to here.
//! - `es_projection_lag_events`, `es_projection_lag_seconds`: what they [lack](Lag).
//! - `es_projection_parked`: keys with parked events.
//! - `es_projection_errors_total`: how often a handler or a store failed.
//! - `es_projection_restarts_total`: how often a step was begun anew.

mod administration;
mod backend;
mod batch;
mod definition;
mod dispatch;
mod error;
mod gauges;
mod handle;
mod handler;
mod health;
mod held;
mod id;
mod in_hand;
mod key;
mod lag;
mod lease;
mod live;
mod memory;
mod named_subscription;
mod options;
mod parked;
mod parked_admin;
mod progress;
mod projections;
mod read_model;
mod rebuild;
mod register_error;
mod replay;
mod runner;
mod running;
mod scope;
mod signals;
mod spans;
mod status;
mod status_queries;
mod store;
mod tries;
mod unreadable;
pub mod version;
mod wait_for;

pub use crate::store::token::{InvalidToken, Token};
pub use administration::promote_within;
pub use backend::ProjectionBackend;
pub use batch::ProjectionBatch;
pub use definition::{KeyError, Projection, declared_key};
pub use dispatch::{Effects, Unhandled, dispatch};
pub use error::ProjectError;
pub use handle::ProjectionHandle;
pub use handler::{Project, ProjectAll, Projects, React};
pub use health::{Finding, Health, HealthState, Thresholds};
pub(crate) use held::Held;
pub use id::{ProjectionId, ProjectionName};
pub use in_hand::InHand;
pub use key::{ProjectionKey, Slot};
pub use lag::{Lag, ProjectionStatus, Rebuilding};
pub use lease::{
    Claim, Epoch, Heartbeat, HeartbeatReply, Holder, NodeId, Registration, VersionState,
};
pub use live::{Live, LiveError};
pub use memory::{MemoryBatch, MemoryProjections};
pub use named_subscription::EventHandler;
pub use options::RunOptions;
pub use parked::{Dropped, Failure, NewParked, OnFailure, Parked, ParkedKey, ParkedSelector};
pub use progress::{CommitError, FailedAgain, Progress, SlotProgress};
pub use projections::{Projections, RunError};
pub use read_model::ReadModel;
pub use rebuild::{Difference, RebuildError, RebuildProgress, Rebuilt, Verification};
pub use register_error::RegisterError;
pub(crate) use runner::{Consumer, Hand, Handed, OwnTransaction};
pub use running::{Ended, Running};
pub use scope::{Claims, ParkedQuery, Release, Scope, Transience, VersionQuery};
pub use status::{NodeStatus, SlotStatus, VersionStatus};
pub use store::{ProjectionStore, Swap};
pub use unreadable::Unreadable;
pub use wait_for::WaitError;
