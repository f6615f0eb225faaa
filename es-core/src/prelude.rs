//! Items that a domain and its service use every day: `use es_core::prelude::*;`.

pub use serde::{Deserialize, Serialize};

// `Event`, `EventSet`, `Aggregate`, `Command`, `DecisionModel`, `Projection` and `Shape` are trait and
// derive at once.
pub use crate::{
    Aggregate, Append, AppendError, Apply, Category, Command, Conflict, Cursor, Decide, Decided,
    Decision, DecisionError, DecisionModel, Decisions, Describe, Event, EventId, EventSet,
    EventStore, EventStoreExt, ExecuteError, Executed, ExpectedVersion, Lifecycle,
    LifecycleRejection, LoadError, Loaded, MemoryStore, Metadata, NewEvent, NoRejection, Position,
    Project, ProjectError, Projection, ReadModel, Recorded, Repository, SchemaVersion, Shape,
    StreamId, StreamKey, Superseded, Timestamp, TryUpcast, UnitOfWork, Upcast, Version,
};

// The annotations of the derives, for an item on which the derive was forgotten. Beside its derive an
// annotation is the derive's own.
#[cfg(feature = "derive")]
#[doc(hidden)]
pub use es_macros::{
    activity, aggregate, command, decision_model, event, event_set, projection, saga,
};

// The derives of sagas, whose traits are in `process`.
#[cfg(feature = "derive")]
pub use crate::{Activity, Saga};
