//! Projections: read models that are kept up to date with the events.
//!
//! # Metrics
//!
//! With the feature `metrics`, each process tells of the slots that it holds, three times a lease, through
//! the `metrics` facade. The labels are `projection` and `version`.
//!
//! - `es_projection_position`: all of them have come to here.
//! - `es_projection_lag_events`, `es_projection_lag_seconds`: what they [lack](Lag).
//! - `es_projection_parked`: keys of which something is set aside.
//! - `es_projection_errors_total`: how often a handler or a store failed.
//! - `es_projection_restarts_total`: how often a step was begun anew.

mod definition;
mod durable;
mod elsewhere;
mod error;
mod following;
mod gauges;
mod handler;
mod health;
mod id;
mod in_hand;
mod key;
mod lag;
mod lease;
mod live;
mod looking_after;
mod memory;
mod options;
mod overview;
mod parked;
mod progress;
mod projections;
mod read_model;
mod rebuild;
mod replay;
mod runner;
mod running;
mod status;
mod store;
mod token;
mod unhandled;
mod unreadable;
mod wait_for;

pub use definition::{KeyError, Projection, declared_key};
pub use durable::Handle;
pub use error::ProjectError;
pub use handler::{Project, ProjectAll, Projects, React};
pub use health::{Finding, Health, HealthState, Thresholds};
pub use id::{ProjectionId, ProjectionName};
pub use in_hand::InHand;
pub use key::{ProjectionKey, Slot};
pub use lag::{Lag, ProjectionStatus, Rebuilding};
pub use lease::{Beat, Claim, Epoch, Holder, NodeId, Pulse, Registration, VersionState};
pub use live::{Live, LiveError};
pub use memory::{MemoryBatch, MemoryProjections};
pub use options::RunOptions;
pub use parked::{Failure, Keys, OnFailure, Parked, ParkedKey, SetAside};
pub use progress::{CommitError, FailedAgain, Progress, SlotProgress};
pub use projections::{Projections, RunError};
pub use read_model::ReadModel;
pub use rebuild::{Difference, RebuildError, RebuildProgress, Rebuilt, Verification};
pub use running::{Ended, Running};
pub use status::{NodeStatus, SlotStatus, VersionStatus};
pub use store::{ProjectionBatch, ProjectionStore, RegisterError, Swap};
pub use token::{InvalidToken, Token};
pub use unhandled::Unhandled;
pub use unreadable::Unreadable;
pub use wait_for::WaitError;
