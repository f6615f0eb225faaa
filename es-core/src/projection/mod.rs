//! Read models: what follows from events, kept up to date.

mod definition;
mod error;
mod handler;
mod id;
mod key;
mod lease;
mod live;
mod parked;
mod progress;
mod read_model;
mod replay;
mod status;
mod store;
mod token;
mod unhandled;

pub use definition::{KeyError, Projection, declared_key};
pub use error::ProjectError;
pub use handler::{Project, ProjectAll, Projects, React};
pub use id::{ProjectionId, ProjectionName};
pub use key::{ProjectionKey, Slot};
pub use lease::{Beat, Claim, Epoch, Holder, NodeId, Pulse, Registration, VersionState};
pub use live::{Live, LiveError};
pub use parked::{Failure, Keys, OnFailure, Parked, ParkedKey, SetAside};
pub use progress::{CommitError, Progress, SlotProgress};
pub use read_model::ReadModel;
pub use status::{NodeStatus, SlotStatus, VersionStatus};
pub use store::{ProjectionBatch, ProjectionStore, RegisterError, Swap};
pub use token::{InvalidToken, Token};
pub use unhandled::Unhandled;
